import type { Envelope } from '../core/envelope.ts';
import type { Failure } from '../core/failure.ts';
import type { JsonObject } from '../core/json.ts';
import type { Lost } from '../core/loss.ts';
import type { EventOf, OperationName, RequestOf, ResponseOf } from '../core/operation.ts';
import type { DialectName, WireBody } from '../core/payload.ts';
import type { Sight } from '../core/reply.ts';
import type { Standing } from '../core/standing.ts';
import type { Frame } from './sse.ts';

/** One wire spelling of one operation, used at our door and towards providers. Pure: no clock, no network, no state. */
export interface Dialect<Op extends OperationName = OperationName> {
  readonly name: DialectName;
  readonly operation: Op;
  /** Where its vendor's SDK expects it, and how it carries credential, model and wish to stream. */
  readonly routes: readonly Route[];
  readonly request: RequestCodec<RequestOf<Op>>;
  readonly response: Codec<ResponseOf<Op>>;
  readonly stream: StreamCodec<EventOf<Op>>;
  readonly failure: FailureCodec;
  readonly peek: Peek;
  /** Request headers that are part of what this dialect says, lower-case; they come and go with the wire form. */
  readonly headers: readonly string[];
  /**
   * Where a caller of this dialect hands back what another vendor's model must see again unchanged (seals of its thoughts):
   * in the parts themselves, or, where they have no place for it, in the ids of tool calls. Absent: nothing is handed back.
   */
  readonly seals?: 'parts' | 'call-ids';
  /**
   * An answer in the form that this request asked for, which not every provider heeds; the same body if it is in it. Throws
   * `Failure('provider-garbled')` for one that cannot be brought into it. Absent: there is no such form to ask for.
   */
  readonly asAsked?: (answer: WireBody, request: WireBody) => WireBody;
  /** The name under which this vendor's SDK looks for the id of a request, beside `x-request-id`. */
  readonly requestIdHeader?: string;
  /** The headers in which this vendor tells a caller where it stands with its limits. */
  readonly standing: (standing: Standing) => Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Where this vendor's clients put their key, in order of preference: a header's name, `authorization` meaning Bearer. */
  readonly credential: readonly string[];
}

export interface Codec<T> {
  /** Throws `Failure('request-invalid')` or, for an answer, `Failure('provider-garbled')`, naming the field. */
  decode(wire: WireBody): T;
  encode(value: T, lost: Lost): WireBody;
}

export interface RequestCodec<T> extends Codec<T> {
  /** Strict JSON and the few fields a gateway must know; `Failure('request-invalid')` otherwise. */
  envelope(wire: WireBody): Envelope;
  /** A path in canonical members, as losses are told, in this dialect's own members: where it stands in the caller's request. */
  locate(value: T, path: string): string;
  /** The permitted changes to a wire form that is otherwise forwarded byte for byte. */
  splice(wire: WireBody, splices: Splices, lost: Lost): WireBody;
}

/** The changes to a request that a pass-through may make. */
export interface Splices {
  readonly model?: string;
  /** Ask for usage in the stream. */
  readonly streamUsage?: boolean;
  readonly maxOutputTokens?: number;
  /** Top-level members that the provider does not take; each one that was there is reported as lost (`unsupported`). */
  readonly without?: readonly string[];
  /** Top-level members that the provider spells differently: ours -> its. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Both directions are steppers: one thing in, none or more out, and an end, where a stream that stops short is noticed. */
export interface StreamCodec<E> {
  decoder(): { push(frame: Frame): readonly E[]; end(): readonly E[] };
  encoder(lost: Lost): { push(event: E): readonly Frame[]; end(): readonly Frame[] };
  /** The frames that say that a streamed answer is whole. */
  readonly endMark: readonly Frame[];
}

export interface FailureCodec {
  /** A provider's error answer, understood: kind, words, code, how long to wait. */
  decode(answer: ErrorAnswer): Failure;
  /** A failure in this dialect's envelope, with the headers its SDK reads. */
  encode(failure: Failure, requestId: string): SpelledFailure;
  /** The frames that end a begun stream with this failure, in order. */
  frames(failure: Failure, requestId: string): readonly Frame[];
}

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface SpelledFailure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** A cheap look at answers without decoding them: the fast path's eyes. */
export interface Peek {
  /** A whole answer; an error object in its place is the sight's failure. */
  whole(body: WireBody): Sight;
  /** A stream, piece by piece as the network cut it. */
  stream(options: { readonly hideUsage: boolean }): StreamEye;
}

/** Follows one stream. Holds back what is not a whole frame yet, so that what it gives may always be followed by another frame. */
export interface StreamEye {
  /**
   * The whole frames that this piece completes, less an added usage frame that the caller did not ask for. An error frame is
   * in the sight alone, for the door says it; nothing that follows it or the terminal frame is given.
   */
  push(piece: Uint8Array<ArrayBuffer>): { readonly bytes: Uint8Array<ArrayBuffer>; readonly sight: Sight };
  /** At the end of the bytes: whether a torn frame was left. */
  end(): { readonly torn: boolean };
}
