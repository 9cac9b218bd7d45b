import type { OperationName } from '../core/operation.ts';
import type { DialectName } from '../core/payload.ts';
import type { Clock, HttpClient } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { ModelListing } from './model-listing.ts';
import type { ModelTraits } from './model-traits.ts';

/** A kind of provider: a small value. An operation that is absent is not offered. */
export interface Provider {
  /** Its kind: the default name of its configuration entry, and the prefix of its models. */
  readonly name: string;
  /** What the vendor's own SDK would be given; absent if it must be configured. */
  readonly baseUrl?: string;
  /** Environment variables that hold the address, where each customer has one of its own. */
  readonly addresses?: readonly string[];
  readonly auth: Auth;
  /** Settings that an entry of this kind may have besides those of every kind. */
  readonly takes?: readonly OwnSetting[];
  /** The same operations where the vendor serves them by these settings; absent if no setting moves them. */
  readonly tailored?: (settings: Tailoring) => Provider['operations'];
  /** Where it lists its models; absent if the vendor has no list, or none of what can be asked. */
  readonly models?: ModelListing;
  /** What is asked of its models by their names; the first that matches counts. Of others its list or their price may tell. */
  readonly serves?: readonly Serving[];
  /** A program that people run on their own machine: it is looked for at its usual address unless it is configured. */
  readonly discovered?: true;
  /** It answers inside this house: on without configuration, and takes neither address nor credential. */
  readonly builtIn?: true;
  /** Each operation with the doors where it is offered, the best one first. A caller who speaks a door's dialect is led to it. */
  readonly operations: { readonly [Op in OperationName]?: Offers<Op> };
}

/** What models of such names are asked for; none of it if they are for something that nobody here speaks. */
export interface Serving {
  /** `*` stands for any characters and `#` for one digit. */
  readonly match: string;
  readonly operations: readonly OperationName[];
}

export type Offers<Op extends OperationName = OperationName> = readonly [Offer<Op>, ...Offer<Op>[]];

/** One operation at one provider: in which dialect, under which path, with which oddities. */
export interface Offer<Op extends OperationName = OperationName> {
  readonly dialect: Dialect<Op>;
  /** Joined to the base URL. `{model}` stands for the model's name there. */
  readonly path: string;
  /** How its spelling differs from the dialect's. */
  readonly adjust?: Adjust;
  /** What its models take; the first that matches a model counts. */
  readonly traits?: readonly ModelTraits[];
  /** Answers in the provider's place, which has nothing of this kind, by an estimate of ours; answer and record say so. */
  readonly estimator?: HttpClient;
}

/** Differences of a compatible vendor, as data. */
export interface Adjust {
  /** Top-level request members it refuses; each one dropped is reported as lost. */
  readonly without?: readonly string[];
  /** Top-level request members it refuses although it does what they ask, always: dropping one loses nothing. */
  readonly already?: readonly string[];
  /** Top-level request members it spells differently: the dialect's -> its own. Nothing is lost. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** It refuses `stream_options`, or sends usage in a stream unasked. */
  readonly usageUnasked?: boolean;
  /** Its streams end with the connection alone, without the dialect's end mark: an orderly close is then a whole answer. */
  readonly endsUnmarked?: boolean;
}

/** What an entry adds to the differences of its kind. */
export interface EntryAdjust extends Adjust {
  /** Further ones, at the doors of one dialect alone; the others are at every door. */
  readonly dialects?: { readonly [Name in DialectName]?: Adjust };
}

/** How a request is signed. */
export interface Auth {
  /** Environment variables that hold the credential; one that is set switches the provider on. */
  readonly environment: readonly string[];
  /** No credential is needed to call it. */
  readonly optional?: boolean;
  headers(credential: string): Readonly<Record<string, string>>;
  /** Signs as somebody instead of with a key; absent if there is no such way. */
  readonly identity?: (identity: Identity, tools: SigningTools) => Signer;
}

/** Settings of some kinds only, as they are written: `identity` is `tenant_id`, `client_id`, `client_secret` and `managed_identity`. */
export type OwnSetting = 'api_version' | 'deployments' | 'identity';

/** What an entry's operations may depend on. */
export interface Tailoring {
  readonly baseUrl: string;
  readonly apiVersion?: string;
}

/** Who we are to a vendor that gives out tokens for a while: an application with a secret, or this machine. */
export type Identity =
  | {
      readonly kind: 'application';
      readonly tenantId: string;
      readonly clientId: string;
      readonly clientSecret: Secret;
      /** Where tokens are given out, if not in the vendor's public cloud. Without a slash at its end. */
      readonly authority?: string;
    }
  | {
      readonly kind: 'machine';
      /** One of several identities that the machine has. */
      readonly clientId?: string;
      /** Where the machine asks, and what shows that it may; absent if at the usual place. */
      readonly endpoint?: { readonly url: string; readonly header: Secret };
    };

export interface SigningTools {
  readonly http: HttpClient;
  readonly clock: Clock;
}

/** Signs each request with what is valid at that time. */
export interface Signer {
  /** Names of the headers that it gives, in lower case. */
  readonly names: readonly string[];
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** What must not be seen in a text of the provider's. */
  secrets(): readonly string[];
}

/** A provider as configured: ready to be asked. */
export interface ConfiguredProvider {
  /** The name of its configuration entry, by which models are addressed: `my-vllm` in `my-vllm/qwen3`. */
  readonly name: string;
  readonly kind: Provider;
  readonly baseUrl: string;
  /** Signed headers for one request; the credential itself stays closed in here. */
  readonly headers: Readonly<Record<string, string>>;
  /** Gives further headers for one request, where a signature does not last. */
  readonly signer?: Signer;
  /** What its models are called there, where that is another name than here. */
  readonly deployments?: ReadonlyMap<string, string>;
  /** Removes our credential from a text that the provider sent. */
  readonly scrub: (text: string) => string;
  readonly http: HttpClient;
}
