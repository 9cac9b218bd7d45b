import type { OperationName } from '../core/operation.ts';
import type { Secret } from '../core/secret.ts';
import type {
  Adjust,
  ConfiguredProvider,
  EntryAdjust,
  Identity,
  Offer,
  Provider,
  Signer,
  SigningTools,
} from './provider.ts';
import { scrubber } from './scrub.ts';

/** A provider's configuration entry, checked. */
export interface ProviderEntry {
  readonly name: string;
  readonly kind: Provider;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly credential?: Secret;
  /** Sent with every request, after the signature: what an own front door in between may ask for. */
  readonly headers?: Readonly<Record<string, Secret>>;
  /** How this one's spelling differs, over what its kind says. */
  readonly adjust?: EntryAdjust;
  readonly apiVersion?: string;
  /** Models' names here -> there. */
  readonly deployments?: Readonly<Record<string, string>>;
  /** Instead of a credential. */
  readonly identity?: Identity;
}

/** Makes a provider ready to be asked. From here on its secrets exist only as headers. */
export function configure(entry: ProviderEntry, tools: SigningTools): ConfiguredProvider {
  const { name, kind, baseUrl, credential } = entry;
  const extra = Object.entries(entry.headers ?? {}).map(
    ([header, value]) => [header.toLowerCase(), value.reveal()] as const,
  );
  const secrets = extra.filter(([header]) => confidential.test(header)).map(([, value]) => value);
  if (credential !== undefined) secrets.push(credential.reveal());
  const signed = credential === undefined ? {} : kind.auth.headers(credential.reveal());
  const signer = entry.identity && kind.auth.identity?.(entry.identity, tools);
  return Object.freeze({
    name,
    kind: kindOf(entry),
    baseUrl,
    headers: Object.freeze({ 'content-type': 'application/json', ...signed, ...Object.fromEntries(extra) }),
    scrub: scrubbing(
      secrets.flatMap((secret) => [secret, withoutScheme(secret)]),
      signer,
    ),
    http: tools.http,
    ...(signer === undefined ? {} : { signer }),
    ...(entry.deployments === undefined ? {} : { deployments: new Map(Object.entries(entry.deployments)) }),
  });
}

/** The kind as this entry's settings make it. */
function kindOf({ kind, baseUrl, apiVersion, adjust }: ProviderEntry): Provider {
  const settings = apiVersion === undefined ? { baseUrl } : { baseUrl, apiVersion };
  const operations = kind.tailored?.(settings) ?? kind.operations;
  if (adjust !== undefined) return { ...kind, operations: adjusted(operations, adjust) };
  return operations === kind.operations ? kind : { ...kind, operations };
}

/** A signer's secrets change while the house stands. */
function scrubbing(secrets: readonly string[], signer: Signer | undefined): (text: string) => string {
  const lasting = scrubber(secrets);
  return signer === undefined ? lasting : (text) => scrubber(signer.secrets())(lasting(text));
}

/** Headers whose value is nobody else's business. */
const confidential = /auth|key|token|secret|cookie|password|credential/;

/** `Bearer abc` is as secret as `abc`. */
function withoutScheme(value: string): string {
  return value.replace(/^\w+ /, '');
}

/** What a server refuses or spells otherwise, it does at each of its doors that has such a member, unless the entry names one. */
function adjusted(
  operations: Provider['operations'],
  { dialects = {}, ...everywhere }: EntryAdjust,
): typeof operations {
  const door = <Op extends OperationName>(offer: Offer<Op>): Offer<Op> => {
    const here = dialects[offer.dialect.name];
    const adjust = added(offer.adjust, everywhere);
    return { ...offer, adjust: here === undefined ? adjust : added(adjust, here) };
  };
  return Object.fromEntries(Object.entries(operations).map(([operation, offers]) => [operation, offers.map(door)]));
}

function added(before: Adjust | undefined, { without = [], renamed, ...rest }: Adjust): Adjust {
  return {
    ...before,
    ...rest,
    without: [...(before?.without ?? []), ...without],
    renamed: { ...before?.renamed, ...renamed },
  };
}
