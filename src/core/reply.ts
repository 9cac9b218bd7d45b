import type { Failure } from './failure.ts';
import type { Loss } from './loss.ts';
import type { EventOf, OperationName, ResponseOf } from './operation.ts';
import type { DialectName, Payload } from './payload.ts';
import type { TellStanding } from './standing.ts';
import type { Usage } from './usage.ts';

/** What a dialect's eyes saw in a whole answer or in a piece of a stream, without decoding it. */
export interface Sight {
  readonly usage?: Usage;
  /** The provider's own usage object could not be read: negative, no number, beyond belief. */
  readonly usageInvalid?: boolean;
  /** The tier of service that answered, as the provider names it; absent if the answer does not say. */
  readonly servedTier?: string;
  /** The dialect's terminal frame (`[DONE]`, `message_stop`) is in this piece. */
  readonly terminal: boolean;
  /** An error frame in mid-stream, or an error object where a whole answer should stand. */
  readonly failure?: Failure;
  /** What was produced, for a charge when no usage comes: bytes of text, and how many frames carried some. */
  readonly producedBytes: number;
  readonly producedFrames: number;
}

/** A piece of a streamed answer: whole frames, as received or as somebody built them. */
export interface StreamChunk<Op extends OperationName = OperationName> {
  /** The very bytes, for a door of the same dialect; gone once somebody edits an event. */
  readonly wire?: { readonly dialect: DialectName; readonly bytes: Uint8Array<ArrayBuffer> };
  /** Decoded on first use. */
  readonly events: readonly EventOf<Op>[];
  readonly sight: Sight;
}

/** How a call ended, as the door saw it. */
export type Outcome =
  | { readonly kind: 'complete' }
  /** The answer broke off: by the provider, by a deadline, by us. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The caller went away. */
  | { readonly kind: 'aborted' };

/** Something of the request that the target has no words for and that was brought about otherwise. */
export interface Emulation {
  /** The path in the caller's own request: `response_format`, `n`. */
  readonly path: string;
  /** How, as a short token: `forced-tool`, `separate-calls`, `fetched`. */
  readonly how: string;
}

/** What a reply says of where it came from; a door turns it into headers. */
export interface Origin {
  readonly provider: string;
  /** The model that really answered, as the provider names it. */
  readonly model: string;
  readonly attempts: number;
  /** What of the request could not be said to it. */
  readonly lost: readonly Loss[];
  /** What of the request was said to it by other means than its own words for it. */
  readonly emulated: readonly Emulation[];
  /** The answer is our own estimate: the provider has no operation for it. */
  readonly estimated?: true;
  /** Where the caller stands with its limits; absent if it has none. */
  readonly standing?: TellStanding;
  readonly headers: Readonly<Record<string, string>>;
}

export interface WholeReply<Op extends OperationName = OperationName> {
  readonly kind: 'whole';
  readonly origin: Origin;
  readonly payload: Payload<ResponseOf<Op>>;
  readonly sight: Sight;
}

export interface StreamReply<Op extends OperationName = OperationName> {
  readonly kind: 'stream';
  readonly origin: Origin;
  /** The dialect in whose bytes every chunk comes; absent where chunks may be events alone. */
  readonly wire?: DialectName;
  readonly chunks: AsyncIterator<StreamChunk<Op>, undefined>;
  /** For policies that only watch: called for every chunk before it leaves. */
  observe(watch: (chunk: StreamChunk<Op>) => void): void;
  /**
   * Called exactly once, by the door alone, whatever happened: an async generator that is returned before its first
   * `next()` skips its `finally`, so nothing is ever released from one. Resolves when what must survive a crash is
   * durable; a door sends the terminal frame only then. A policy that acts at the end wraps it.
   */
  end(outcome: Outcome): Promise<void>;
}

export type Reply<Op extends OperationName = OperationName> = WholeReply<Op> | StreamReply<Op>;
