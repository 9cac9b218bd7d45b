import type { OperationName } from '../core/operation.ts';
import type { HttpClient } from '../core/ports.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { ModelTraits } from './model-traits.ts';

/** A kind of provider: a small value. An operation that is absent is not offered. */
export interface Provider {
  /** Its kind: the default name of its configuration entry, and the prefix of its models. */
  readonly name: string;
  /** What the vendor's own SDK would be given; absent if it must be configured. */
  readonly baseUrl?: string;
  readonly auth: Auth;
  /** It answers inside this house: on without configuration, and takes neither address nor credential. */
  readonly builtIn?: true;
  /** Each operation with the doors where it is offered, the best one first. A caller who speaks a door's dialect is led to it. */
  readonly operations: { readonly [Op in OperationName]?: Offers<Op> };
}

export type Offers<Op extends OperationName = OperationName> = readonly [Offer<Op>, ...Offer<Op>[]];

/** One operation at one provider: in which dialect, under which path, with which oddities. */
export interface Offer<Op extends OperationName = OperationName> {
  readonly dialect: Dialect<Op>;
  /** Joined to the base URL. */
  readonly path: string;
  /** How its spelling differs from the dialect's. */
  readonly adjust?: Adjust;
  /** What its models take; the first that matches a model counts. */
  readonly traits?: readonly ModelTraits[];
}

/** Differences of a compatible vendor, as data. */
export interface Adjust {
  /** Top-level request members it refuses; each one dropped is reported as lost. */
  readonly without?: readonly string[];
  /** Top-level request members it spells differently: the dialect's -> its own. Nothing is lost. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** It refuses `stream_options`, or sends usage in a stream unasked. */
  readonly usageUnasked?: boolean;
  /** Its streams end with the connection alone, without the dialect's end mark: an orderly close is then a whole answer. */
  readonly endsUnmarked?: boolean;
}

/** How a request is signed. */
export interface Auth {
  /** Environment variables that hold the credential; one that is set switches the provider on. */
  readonly environment: readonly string[];
  /** No credential is needed to call it. */
  readonly optional?: boolean;
  headers(credential: string): Readonly<Record<string, string>>;
}

/** A provider as configured: ready to be asked. */
export interface ConfiguredProvider {
  /** The name of its configuration entry, by which models are addressed: `my-vllm` in `my-vllm/qwen3`. */
  readonly name: string;
  readonly kind: Provider;
  readonly baseUrl: string;
  /** Signed headers for one request; the credential itself stays closed in here. */
  readonly headers: Readonly<Record<string, string>>;
  /** Removes our credential from a text that the provider sent. */
  readonly scrub: (text: string) => string;
  readonly http: HttpClient;
}
