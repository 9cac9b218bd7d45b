import type { KnownModel } from '../core/model-facts.ts';
import type { FreeAllowance, Price } from '../core/money.ts';
import type { OpenPlace } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import type { EntryAdjust, Identity, Provider } from '../providers/provider.ts';

/** Everything that is configured, checked and complete: whoever reads it need not ask again. */
export interface Config {
  /** The file it came from; absent if there was none. */
  readonly file?: string;
  readonly listen: Address;
  /** Where management is served; absent if at `listen`. */
  readonly adminListen?: Address;
  /** The data directory. */
  readonly data: string;
  readonly logLevel: LogLevel;
  /** Keys for the first start; absent if they are to be made. */
  readonly adminKey?: Secret;
  readonly clientKey?: Secret;
  readonly limits: Limits;
  readonly media: MediaSettings;
  /** What a model whose price nobody knows is taken to cost at most; such calls cannot be held to a budget if absent. */
  readonly unknownPrice?: Price;
  readonly retry: { readonly attempts: number; readonly maxDelayMs: number };
  /** A call is refused rather than left with less output than this. */
  readonly budgets: { readonly minOutputTokens: number };
  /** Never the same name twice; those of the file first. */
  readonly providers: readonly ProviderSettings[];
  /** Programs on this machine that nobody configured or switched off: each is there while it is found at its usual address. */
  readonly discoverable: readonly ProviderSettings[];
  readonly aliases: readonly AliasSettings[];
  /** What operators say of single models, whoever configured their providers. */
  readonly overrides: readonly ModelOverride[];
}

export interface Address {
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Limits {
  readonly maxBodyBytes: number;
  /** From sending a request until the provider's head. */
  readonly headTimeoutMs: number;
  /** Between two pieces of an answer. */
  readonly idleTimeoutMs: number;
  /** A whole call, its stream included, unless the caller says less. */
  readonly callTimeoutMs: number;
}

/** What is fetched when a provider wants the bytes behind a URL that a caller named. */
export interface MediaSettings {
  /** Of one medium. */
  readonly maxBytes: number;
  /** For one, from looking its host up to its last byte. */
  readonly timeoutMs: number;
  /** What may be reached besides public hosts at the ports of http and https. */
  readonly allow: readonly OpenPlace[];
}

export interface ProviderSettings {
  readonly name: string;
  readonly kind: Provider;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** The address is this machine. */
  readonly local: boolean;
  readonly credential?: Secret;
  /** Sent with every request. Values may be credentials. */
  readonly headers?: Readonly<Record<string, Secret>>;
  readonly adjust?: EntryAdjust;
  readonly apiVersion?: string;
  /** Models' names here -> there. */
  readonly deployments?: Readonly<Record<string, string>>;
  /** Instead of a credential. */
  readonly identity?: Identity;
  /** What it offers, if the file says so. */
  readonly models?: readonly string[];
  /** What the file knows of models, over what anybody else says. */
  readonly described?: readonly KnownModel[];
  /** `*` in a name stands for all others. */
  readonly prices: readonly { readonly model: string; readonly price: Price }[];
  /** What it gives away each day. */
  readonly free?: FreeAllowance;
  /** An operator set it over the API. */
  readonly managed?: true;
  /** An operator switched it off for now: its models are known and refused in words. */
  readonly disabled?: true;
}

/** A name for models, with other aliases already followed to their ends. */
export interface AliasSettings {
  readonly name: string;
  /** In order of preference. */
  readonly targets: readonly [ModelName, ...ModelName[]];
  /** A version that must not move. */
  readonly pinned: boolean;
}

export interface ModelName {
  readonly provider: string;
  readonly model: string;
}

export interface ModelOverride extends ModelName {
  readonly facts: Omit<KnownModel, 'id'>;
  /** It is not listed, and whoever asks for it is refused in words. */
  readonly disabled?: true;
}
