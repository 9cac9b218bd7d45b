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
  /** The size of the request in bytes, which bounds its tokens. */
  readonly bytes: number;
}
