import { keys } from './keys.ts';
import { models } from './models.ts';
import type { Procedure } from './procedure.ts';
import { projects } from './projects.ts';
import { requests } from './requests.ts';
import { usage } from './usage.ts';

/** Everything an operator can do. */
export const procedures: readonly Procedure[] = [...keys, ...projects, ...models, ...requests, ...usage];
