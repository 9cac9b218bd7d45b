/**
 * What the models of an offer take, where that is less than their dialect can say or must be said always. Read when a request
 * is translated; one that is passed through is the vendor's to judge, but for `inline`.
 */
export interface ModelTraits {
  /** Which models: `claude-3-5-*`, where `*` stands for any characters and `#` for one digit. */
  readonly match: string;
  /** The most tokens an answer may have. The limit of a caller who sets none, where `limitNeeded`; a higher one is lowered to it. */
  readonly maxOutputTokens?: number;
  /** A request without a limit for its output is refused there. */
  readonly limitNeeded?: true;
  /** How it is told to think: with an effort, a budget of tokens, or not at all. Absent: in any way its dialect can say. */
  readonly reasoning?: 'effort' | 'budget' | 'none';
  /** The forms of output that can be asked for. Absent: every one. An absent `json-schema` is emulated with a forced tool. */
  readonly outputs?: readonly ('json' | 'json-schema')[];
  /** It gives one answer to a call: several are asked for one by one. */
  readonly oneChoice?: true;
  /** Of `temperature` and `topP` it takes: neither, or one at a time. Absent: both. */
  readonly sampling?: 'none' | 'one';
  /** How many stop sequences it takes; absent: any number. */
  readonly maxStopSequences?: number;
  /** It can be told where the prompt may be cached. */
  readonly cacheBreakpoints?: true;
  /** Canonical members of a request that it refuses. */
  readonly lacks?: readonly string[];
  /** Media that it takes as bytes alone, not by URL. */
  readonly inline?: readonly ('image' | 'file' | 'audio')[];
}
