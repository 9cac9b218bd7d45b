import type { Carried, Opaque, Raw } from './carried.ts';
import type { Failure } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { Citation, Message, RoleMessage } from './message.ts';
import type { Tool, ToolChoice } from './tool.ts';
import type { Usage } from './usage.ts';

/** A question to a chat model, in nobody's spelling. A member that is absent was not said; vendors have their own defaults. */
export interface ChatRequest extends Carried {
  /** As the caller names it; absent where the dialect keeps it in the path. */
  readonly model?: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly output?: OutputFormat;
  /** How many alternative answers. */
  readonly choices?: number;
  /** The most that may be produced, reasoning included. */
  readonly maxOutputTokens?: number;
  readonly stop?: readonly string[];
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly logprobs?: boolean;
  /** How many alternatives to tell the log probability of, per token. */
  readonly topLogprobs?: number;
  readonly reasoning?: Reasoning;
  /** The kinds of media the answer may have: `text`, `audio`, `image`. */
  readonly modalities?: readonly string[];
  /** `auto`, `default` (no better than others), `flex`, `priority` … */
  readonly serviceTier?: string;
  /** The person on whose behalf the caller asks. */
  readonly endUser?: string;
  readonly metadata?: { readonly [name: string]: string };
  readonly stream?: boolean;
}

export type OutputFormat =
  | ({ readonly type: 'text' } & Carried)
  | ({ readonly type: 'json' } & Carried)
  | ({
      readonly type: 'json-schema';
      readonly name?: string;
      readonly description?: string;
      readonly schema?: JsonObject;
      readonly strict?: boolean;
    } & Carried)
  | Opaque;

export interface Reasoning {
  /** Whether to think at all; absent leaves it to the model, or to the members below, which imply it. */
  readonly enabled?: boolean;
  /** `none`, `minimal`, `low`, `medium`, `high` … as the vendor writes it. */
  readonly effort?: string;
  /** The most tokens to think with. */
  readonly budgetTokens?: number;
  /** Whether the answer shall show it. */
  readonly visible?: boolean;
}

/** A whole answer. */
export interface ChatResponse extends Carried {
  readonly id?: string;
  readonly model?: string;
  /** Epoch milliseconds. */
  readonly createdAt?: number;
  readonly serviceTier?: string;
  readonly choices: readonly Choice[];
  readonly usage?: ReportedUsage;
}

export interface Choice extends Carried {
  readonly index: number;
  readonly message: RoleMessage;
  readonly finish?: Finish;
  readonly logprobs?: Logprobs;
}

/** Why an answer ended. */
export interface Finish {
  /** `other` is one that we have no word for: the raw one says more. */
  readonly reason: 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'error' | 'other';
  readonly raw?: Raw;
}

export interface Logprobs extends Carried {
  readonly content?: readonly TokenLogprob[];
  readonly refusal?: readonly TokenLogprob[];
}

export interface TokenLogprob extends Carried {
  readonly token: string;
  readonly logprob: number;
  /** The token's UTF-8 bytes. */
  readonly bytes?: readonly number[];
  /** The likeliest tokens at this place. */
  readonly top?: readonly TokenLogprob[];
}

/** What the vendor says was consumed. */
export interface ReportedUsage {
  /** In classes that never overlap; absent if the vendor's own figures make no sense. */
  readonly counted?: Usage;
  readonly raw?: Raw;
}

/**
 * One step of a streamed answer. Deltas are to be joined in order, per choice and kind. A dialect that tells where a part
 * begins and ends numbers them with `part`: `part-start` then comes before everything of the part, a `tool-call-start`
 * included, and `part-end` after it.
 */
export type ChatEvent = EventTraits &
  (
    | ({ readonly type: 'response-start' } & ResponseHead)
    /** Some of the head is different from now on; the whole head is given. */
    | ({ readonly type: 'response-change' } & ResponseHead)
    | { readonly type: 'message-start'; readonly choice: number }
    | { readonly type: 'part-start'; readonly choice: number; readonly part: number; readonly kind: PartKind }
    | { readonly type: 'part-end'; readonly choice: number; readonly part: number }
    | ({ readonly type: 'text-delta'; readonly text: string; readonly signature?: string } & Delta)
    | ({ readonly type: 'citation'; readonly citation: Citation | Opaque } & Delta)
    | ({ readonly type: 'refusal-delta'; readonly text: string } & Delta)
    | ({ readonly type: 'reasoning-delta' } & ReasoningDelta & Delta)
    | ({ readonly type: 'tool-call-start' } & ToolCallStart & Delta)
    /** More of the arguments, or of the input of a custom tool. */
    | ({ readonly type: 'tool-call-delta'; readonly call: number; readonly text: string } & Delta)
    | ({ readonly type: 'audio-delta' } & AudioDelta & Delta)
    | { readonly type: 'logprobs'; readonly choice: number; readonly logprobs: Logprobs }
    | { readonly type: 'finish'; readonly choice: number; readonly finish: Finish }
    /** `soFar`: a later one says more, so only a dialect that tells usage more than once repeats it. */
    | { readonly type: 'usage'; readonly usage: ReportedUsage; readonly soFar?: true }
    /** The answer is whole. */
    | { readonly type: 'response-end' }
    /** The answer broke off here. */
    | { readonly type: 'error'; readonly failure: Failure; readonly raw?: Raw }
    /** Nothing but a sign of life. */
    | { readonly type: 'keep-alive'; readonly comment?: string }
    | (Opaque & { readonly choice?: number })
  );

interface EventTraits extends Carried {
  /** Another event of the same wire frame follows, so that a dialect with several in a frame can put them together again. */
  readonly more?: true;
}

interface Delta {
  readonly choice: number;
  readonly part?: number;
}

export interface ResponseHead {
  readonly id?: string;
  readonly model?: string;
  /** Epoch milliseconds. */
  readonly createdAt?: number;
  readonly serviceTier?: string;
}

export type PartKind = 'text' | 'reasoning' | 'tool-call' | 'custom-call' | 'refusal' | 'audio';

interface ReasoningDelta {
  readonly text?: string;
  readonly summary?: true;
  readonly signature?: string;
  readonly encrypted?: string;
  readonly id?: string;
}

interface ToolCallStart {
  /** Numbers the calls of a choice from 0. */
  readonly call: number;
  readonly kind: 'function' | 'custom';
  readonly id: string;
  readonly name: string;
  readonly signature?: string;
}

interface AudioDelta {
  readonly id?: string;
  readonly base64?: string;
  readonly transcript?: string;
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
}
