/**
 * What the models of an offer take, where that is less than their dialect can say or must be said always. Read when a request
 * is translated; one that is passed through is the vendor's to judge, but for `inline`.
 */
export interface ModelTraits {
  /** Which models: `claude-3-5-*`, where `*` stands for any characters and `#` for one digit. */
  readonly match: string;
  /** The most tokens an answer may have. The limit of a caller who sets none, where `limitNeeded`; a higher one is lowered to it. */
  readonly maxOutputTokens?: number;
  /** Tokens of input and output together. */
  readonly contextTokens?: number;
  /** The most tokens that one image comes to, however large it is. */
  readonly imageTokens?: number;
  /** A request without a limit for its output is refused there. */
  readonly limitNeeded?: true;
  /** How it is told to think: with an effort, a budget of tokens, or not at all. Absent: in any way its dialect can say. */
  readonly reasoning?: 'effort' | 'budget' | 'none';
  /** The efforts that it knows, from least to most; `none` among them if it can be told not to think. Absent: any word. */
  readonly efforts?: readonly [string, ...string[]];
  /** While it thinks, it takes neither a forced choice of tools nor a `temperature`, `topK` or low `topP`. */
  readonly reasoningAlone?: true;
  /** The forms of output that can be asked for. Absent: every one. An absent `json-schema` is emulated with a forced tool. */
  readonly outputs?: readonly ('json' | 'json-schema')[];
  /** It gives one answer to a call: several are asked for one by one. */
  readonly oneChoice?: true;
  /** Of `temperature` and `topP` it takes: neither, or one at a time. Absent: both. */
  readonly sampling?: 'none' | 'one';
  /** Nobody can make it call a tool: a choice that would is `auto` there. */
  readonly forcedChoice?: 'none';
  /** It does not reason while tools are offered, and has to be told so. */
  readonly toolsUnreasoned?: true;
  /**
   * Which schemas it can be held to: `closed` ones of few keywords in tools and forms of output, `complete` ones with every
   * member required in strict tools, or none. Absent: any.
   */
  readonly schemas?: 'closed' | 'complete' | 'none';
  /** What a model thought before cannot be told to it. Absent: in any way its dialect can say. */
  readonly pastReasoning?: 'none';
  /** The ids of tool calls that it takes: of up to 40 characters, or of nine letters and digits. Absent: any. */
  readonly callIds?: 'up-to-40' | 'nine';
  /** How many stop sequences it takes; absent: any number. */
  readonly maxStopSequences?: number;
  /** It can be told where the prompt may be cached. */
  readonly cacheBreakpoints?: true;
  /** It keeps nothing in a cache, and charges nothing for that, but what a request asks it to keep. */
  readonly cachesWhenAsked?: true;
  /** Canonical members of a request that it refuses. */
  readonly lacks?: readonly string[];
  /** Media that it takes as bytes alone, not by URL. */
  readonly inline?: readonly ('image' | 'file' | 'audio')[];
}
