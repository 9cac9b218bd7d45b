import type { Price } from '../core/money.ts';
import type { Secret } from '../core/secret.ts';
import type { Adjust, Provider } from '../providers/provider.ts';

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
  readonly retry: { readonly attempts: number; readonly maxDelayMs: number };
  /** Never the same name twice; those of the file first. */
  readonly providers: readonly ProviderSettings[];
  readonly aliases: readonly AliasSettings[];
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
  readonly adjust?: Adjust;
  /** What it offers, if the file says so. */
  readonly models?: readonly string[];
  /** `*` in a name stands for all others. */
  readonly prices: readonly { readonly model: string; readonly price: Price }[];
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
