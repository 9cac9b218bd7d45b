/**
 * What a gateway must know of a request before anything is held or sent, read from the bytes without decoding the
 * whole. A dialect that cannot read it throws `Failure('request-invalid')` naming the field.
 */
export interface Envelope {
  readonly model: string;
  readonly stream: boolean;
  /** Whether the caller itself asked for usage in the stream. */
  readonly streamUsage: boolean;
  /** How many alternative answers are asked for (`n`). */
  readonly choices: number;
  readonly maxOutputTokens?: number;
  readonly endUser?: string;
  readonly serviceTier?: string;
  /** Paths of inputs whose size in tokens cannot be known here: URLs, file ids, stored prompts, provider-side state. */
  readonly unmeasured: readonly string[];
  /** The size of the request in bytes, which bounds the tokens of all of it but its media. */
  readonly bytes: number;
  /** Media whose bytes are in the request; absent if there are none. */
  readonly enclosed?: EnclosedMedia;
  /** A lower limit for the output is refused by the vendor, for a budget of thoughts would not fit into it. */
  readonly leastOutputTokens?: number;
  /** What it asks for of its vendor's caches; absent if nobody can tell. */
  readonly caching?: Caching;
}

/** Whether parts of a request are to be kept in a cache, which is dearer than to read them: not at all, for minutes, or longer. */
export type Caching = 'none' | 'short' | 'long';

/** Media whose tokens come of what they show, not of their bytes. Sound is none of these: it has more bytes than tokens. */
export interface EnclosedMedia {
  readonly images: number;
  /** Of all of them together, as they stand in the request. */
  readonly imageBytes: number;
  /** Documents and films: of a few bytes may come a whole book. */
  readonly documents: readonly string[];
}
