import type { Carried, Opaque } from './carried.ts';

/** One turn. `opaque` is a whole message of a role that only its dialect knows. */
export type Message = RoleMessage | Opaque;

export interface RoleMessage extends Carried {
  readonly type: 'message';
  /** Results of tools stand in messages of their own role `tool`, whatever a dialect does with them. */
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  /** In order. Dialects that keep kinds apart give reasoning, then content, then tool calls. */
  readonly parts: readonly Part[];
}

export type Part =
  | TextPart
  | ImagePart
  | FilePart
  | AudioPart
  | RefusalPart
  | ReasoningPart
  | ToolCallPart
  | CustomCallPart
  | ToolResultPart
  | Opaque;

interface PartTraits extends Carried {
  /** The vendor's seal on this part, handed back as it came; valid only for the model and provider that set it. */
  readonly signature?: string;
  /** The prompt may be cached up to and including this part. */
  readonly cacheBreakpoint?: CacheBreakpoint;
}

export interface CacheBreakpoint {
  /** How long at least, as the vendor writes it: `5m`, `1h`. */
  readonly ttl?: string;
}

export interface TextPart extends PartTraits {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly (Citation | Opaque)[];
}

/** What a passage rests on. */
export interface Citation extends Carried {
  readonly type: 'citation';
  readonly url: string;
  readonly title?: string;
  /** The passage within the text, from (inclusive) and to (exclusive), in the unit of the dialect it came from. */
  readonly start?: number;
  readonly end?: number;
}

export interface ImagePart extends PartTraits {
  readonly type: 'image';
  readonly source: Source;
  /** How closely to look: `low`, `high`, `auto` … */
  readonly detail?: string;
}

/** A document or any other file. */
export interface FilePart extends PartTraits {
  readonly type: 'file';
  readonly source: Source;
  readonly name?: string;
}

export interface AudioPart extends PartTraits {
  readonly type: 'audio';
  readonly source: Source;
  readonly transcript?: string;
  /** The vendor's name for audio it made, by which later requests may refer to it. */
  readonly id?: string;
  /** Epoch milliseconds until which that name is good. */
  readonly expiresAt?: number;
}

/** Where the bytes of a medium are. */
export type Source =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'base64'; readonly mediaType?: string; readonly base64: string }
  /** Stored at the vendor under this id. */
  | { readonly kind: 'file'; readonly id: string };

/** The model's words for not answering. */
export interface RefusalPart extends PartTraits {
  readonly type: 'refusal';
  readonly text: string;
}

/** What the model thought on its way. `signature` seals it, `encrypted` hides it; both go back unchanged or not at all. */
export interface ReasoningPart extends PartTraits {
  readonly type: 'reasoning';
  readonly text?: string;
  /** `text` is a summary, not the thoughts themselves. */
  readonly summary?: true;
  /** Thoughts that only the vendor can read. */
  readonly encrypted?: string;
  readonly id?: string;
}

/** The model asks for a function to be called. */
export interface ToolCallPart extends PartTraits {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** JSON, exactly as the model wrote it: perhaps empty, perhaps broken. */
  readonly arguments: string;
}

/** The model calls a tool that takes free text. */
export interface CustomCallPart extends PartTraits {
  readonly type: 'custom-call';
  readonly id: string;
  readonly name: string;
  readonly input: string;
}

export interface ToolResultPart extends PartTraits {
  readonly type: 'tool-result';
  readonly callId: string;
  /** The tool's name, where a dialect says it. */
  readonly name?: string;
  readonly parts: readonly Part[];
  readonly isError?: boolean;
}
