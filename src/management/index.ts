import { aliases } from './aliases.ts';
import { audit } from './audit.ts';
import { catalogue } from './catalogue.ts';
import { config } from './config.ts';
import { events } from './events.ts';
import { keys } from './keys.ts';
import { ledger } from './ledger.ts';
import { limits } from './limits.ts';
import { models } from './models.ts';
import { organisations } from './organisations.ts';
import { prices } from './prices.ts';
import { projects } from './projects.ts';
import { providers } from './providers.ts';
import { reprice } from './reprice.ts';
import { requests } from './requests.ts';
import { secrets } from './secrets.ts';
import { usage } from './usage.ts';

/** Everything an operator can do. */
export const procedures = [
  ...keys,
  ...organisations,
  ...projects,
  ...providers,
  ...aliases,
  ...models,
  ...prices,
  ...catalogue,
  ...requests,
  ...usage,
  ...limits,
  ...ledger,
  ...reprice,
  ...events,
  ...config,
  ...secrets,
  ...audit,
] as const;
