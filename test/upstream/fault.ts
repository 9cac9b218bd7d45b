/** How an answer goes wrong. Where a fault says nothing else, the answer is a good one. */
export type Fault = Misdeed & Scale;

/** How much of an answer there is. */
export interface Scale {
  /** Output tokens of each choice; 8 if it is not said. Never more than the request allows. */
  readonly tokens?: number;
  /** Milliseconds before every frame of a stream. */
  readonly paceMs?: number;
}

export type Misdeed =
  | { readonly kind: 'none' }
  | ConnectionFault
  | HeadFault
  | BodyFault
  | StreamFault
  | { readonly kind: 'usage'; readonly as: UsageFault };

export type ConnectionFault =
  /** RST, FIN or nothing at all before the head. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'close' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'late'; readonly ms: number }
  /** After a good answer the socket is closed: at once, or when the next request comes on it. */
  | { readonly kind: 'idle-close'; readonly when: 'at-once' | 'next-request' }
  /** After a good answer another one that nobody asked for, whose text is `poison`. */
  | { readonly kind: 'extra-response' }
  /** After a good answer bytes that are no HTTP. */
  | { readonly kind: 'extra-bytes' };

export type HeadFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      /** The `Retry-After` header, word for word. */
      readonly retryAfter?: string;
      /** `openai` if it is not said. */
      readonly body?: 'openai' | 'html' | 'text' | 'empty' | 'detail';
      /** Further headers, such as `retry-after-ms` or `x-ratelimit-…`. */
      readonly headers?: Readonly<Record<string, string>>;
      /** The error's `code`. */
      readonly code?: string;
    }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** 200 with a page, with an error object, with another content type, with nothing. */
  | { readonly kind: 'html' }
  | { readonly kind: 'error-200' }
  | { readonly kind: 'content-type'; readonly type: string }
  | { readonly kind: 'empty' }
  /** 204. */
  | { readonly kind: 'no-content' }
  | { readonly kind: 'headers-huge'; readonly bytes?: number }
  /** Headers without end, until the peer goes. */
  | { readonly kind: 'headers-endless' }
  | { readonly kind: 'informational-flood'; readonly count?: number }
  | { readonly kind: 'head-garbage' }
  /** Half a head, then silence. */
  | { readonly kind: 'head-stall' };

export type BodyFault =
  /** After so many bytes of the body; whole or streamed. */
  | { readonly kind: 'cut'; readonly after: number; readonly by?: 'reset' | 'close' }
  | { readonly kind: 'stall'; readonly after: number }
  /** The body in writes of so many bytes, with a pause before each. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly ms: number }
  /** The announced length is ten bytes less than the body, or ten more and then the connection closes. */
  | { readonly kind: 'length-short' }
  | { readonly kind: 'length-long' }
  /** A chunk whose size is no number. */
  | { readonly kind: 'chunk-garbage' }
  /** No length and no chunks: the body ends with the connection. */
  | { readonly kind: 'until-close' }
  | { readonly kind: 'gzip' }
  | { readonly kind: 'gzip-cut' }
  /** Announced as gzip, but plain. */
  | { readonly kind: 'gzip-lie' }
  /** So many megabytes, compressed to a thousandth. */
  | { readonly kind: 'gzip-bomb'; readonly megabytes: number }
  | { readonly kind: 'json-invalid' }
  | { readonly kind: 'utf8-invalid' }
  /** A whole answer, or one line of a stream, of so many bytes. */
  | { readonly kind: 'huge'; readonly bytes: number };

/** Faults of streams; to a request for a whole answer they are none. */
export type StreamFault =
  | { readonly kind: 'done-missing' }
  | { readonly kind: 'done-twice' }
  /** More text after `[DONE]`. */
  | { readonly kind: 'after-done' }
  /** After so many tokens an error: as OpenAI (`data`) or with `event: error`. */
  | { readonly kind: 'error-frame'; readonly after: number; readonly form?: 'data' | 'event' }
  | { readonly kind: 'frame-invalid'; readonly after: number }
  | { readonly kind: 'frames-crlf' }
  /** Comments between all frames. */
  | { readonly kind: 'frames-comments' }
  /** No space after `data:`. */
  | { readonly kind: 'frames-dense' }
  /** All frames in one write. */
  | { readonly kind: 'frames-together' }
  /** A frame without choices first, as Azure sends it. */
  | { readonly kind: 'choices-empty' }
  | { readonly kind: 'finish-missing' }
  /** Text without end, until the peer goes; `bytes` a frame. */
  | { readonly kind: 'endless'; readonly bytes?: number };

/** What is wrong with the usage that is told; what was produced stays as it is. */
export type UsageFault =
  | 'absent'
  | 'null'
  | 'zero'
  | 'string'
  | 'negative'
  | 'fraction'
  /** 10¹² tokens. */
  | 'huge'
  /** Half of what was produced. */
  | 'contradicting'
  /** Two usage frames, the first with half of it. */
  | 'twice'
  /** In the first frame of the stream. */
  | 'early'
  /** In the frame that brings the last text. */
  | 'with-content'
  /** In every frame, growing. */
  | 'growing'
  /** In a stream though nobody asked for it. */
  | 'unasked';

/** Every kind of fault, for tests that go through them all. */
export const faultKinds = [
  'none',
  'reset',
  'close',
  'silence',
  'late',
  'idle-close',
  'extra-response',
  'extra-bytes',
  'status',
  'redirect',
  'html',
  'error-200',
  'content-type',
  'empty',
  'no-content',
  'headers-huge',
  'headers-endless',
  'informational-flood',
  'head-garbage',
  'head-stall',
  'cut',
  'stall',
  'drip',
  'length-short',
  'length-long',
  'chunk-garbage',
  'until-close',
  'gzip',
  'gzip-cut',
  'gzip-lie',
  'gzip-bomb',
  'json-invalid',
  'utf8-invalid',
  'huge',
  'done-missing',
  'done-twice',
  'after-done',
  'error-frame',
  'frame-invalid',
  'frames-crlf',
  'frames-comments',
  'frames-dense',
  'frames-together',
  'choices-empty',
  'finish-missing',
  'endless',
  'usage',
] as const satisfies readonly Fault['kind'][];
