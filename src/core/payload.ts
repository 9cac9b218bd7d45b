/** The spellings we know. One per folder in `dialects/`. */
export type DialectName = 'openai-chat' | 'openai-embeddings' | 'anthropic-messages' | 'anthropic-token-count';

/** The wire form of a request or an answer. */
export interface WireBody {
  readonly kind: 'json';
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of a request: the headers that are part of what its dialect says (`anthropic-version`), by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A canonical value together with the wire form it came in; the wire form is gone once somebody builds a new value. */
export interface Payload<T> {
  /** Decoded on first use and remembered; a pure pass-through never pays for it. */
  readonly value: T;
  readonly wire?: { readonly dialect: DialectName; readonly body: WireBody };
}

/** A payload as it arrived, decoded only when somebody asks for its value. */
export function received<T>(dialect: DialectName, body: WireBody, decode: (body: WireBody) => T): Payload<T> {
  let value: { readonly of: T } | undefined;
  return {
    wire: { dialect, body },
    get value(): T {
      value ??= { of: decode(body) };
      return value.of;
    },
  };
}
