import type { HttpClient, InboundResponse, OutboundRequest } from '../../src/core/ports.ts';
import { joined } from '../upstream/request-reader.ts';

/** A provider without a network: it answers at once, from memory, and keeps account of what was asked and of what was read. */
export interface FakeUpstream extends HttpClient {
  readonly sent: readonly OutboundRequest[];
  /** The bodies whose reading began, in that order. */
  readonly sources: readonly SourceAccount[];
}

export interface FakeAnswer {
  /** 200 if absent. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly pieces: readonly (string | Uint8Array)[];
}

/** How far a body was read, and how often it was given up. */
export interface SourceAccount {
  readonly ended: boolean;
  readonly cancelled: number;
}

export function fakeUpstream(answer: (request: OutboundRequest) => FakeAnswer = goodAnswer): FakeUpstream {
  const sent: OutboundRequest[] = [];
  const sources: Source[] = [];
  return {
    sent,
    sources,
    async send(request) {
      sent.push(request);
      request.signal.throwIfAborted();
      const { status = 200, headers, pieces } = answer(request);
      return inbound({ status, headers: new Headers(headers) }, pieces.map(bytesOf), sources);
    },
  };
}

/** What was asked, as JSON. */
export function askedOf({ body }: OutboundRequest): Readonly<Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(body));
}

/** The words of a good answer. */
export const goodWords = ['To', ' cross', ' a', ' bridge'] as const;
/** What it says that it consumed. */
export const goodUsage = { prompt_tokens: 11, completion_tokens: 4, total_tokens: 15 } as const;

/** What an answer with vectors says that it consumed. */
export const goodVectorUsage = { prompt_tokens: 7, total_tokens: 7 } as const;

/** A vector for each input, in the encoding that is asked for. */
export function goodVectors(request: OutboundRequest): FakeAnswer {
  const { model, input, encoding_format: encoding } = askedOf(request);
  const embedding = encoding === 'base64' ? 'AACAPgAAAL8=' : [0.25, -0.5];
  const inputs: readonly unknown[] = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding }));
  const text = JSON.stringify({ object: 'list', data, model, usage: goodVectorUsage });
  return { headers: { 'content-type': 'application/json' }, pieces: [text.slice(0, 40), text.slice(40)] };
}

/** An answer as OpenAI gives it: whole in two pieces, or streamed frame by frame with usage if that is asked for. */
export function goodAnswer(request: OutboundRequest): FakeAnswer {
  if (request.url.endsWith('/embeddings')) return goodVectors(request);
  const { model, stream, stream_options: options } = askedOf(request);
  const common = { id: 'chatcmpl-1', created: 1_760_000_000, model };
  if (stream !== true) {
    const message = { role: 'assistant', content: goodWords.join('') };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    const text = JSON.stringify({ ...common, object: 'chat.completion', choices, usage: goodUsage });
    return { headers: { 'content-type': 'application/json' }, pieces: [text.slice(0, 40), text.slice(40)] };
  }
  const frame = (choices: readonly object[], more: object = {}): string =>
    `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...more })}\n\n`;
  const usage = JSON.stringify(options)?.includes('"include_usage":true') ? [frame([], { usage: goodUsage })] : [];
  return {
    headers: { 'content-type': 'text/event-stream' },
    pieces: [
      ...goodWords.map((content) => frame([{ index: 0, delta: { content }, finish_reason: null }])),
      frame([{ index: 0, delta: {}, finish_reason: 'stop' }]),
      ...usage,
      'data: [DONE]\n\n',
    ],
  };
}

type Source = { -readonly [Member in keyof SourceAccount]: SourceAccount[Member] };

function inbound(
  head: Pick<InboundResponse, 'status' | 'headers'>,
  pieces: readonly Uint8Array<ArrayBuffer>[],
  sources: Source[],
): InboundResponse {
  const rest = [...pieces];
  const opened = (): Source => {
    const source: Source = { ended: false, cancelled: 0 };
    sources.push(source);
    return source;
  };
  return {
    ...head,
    async bytes() {
      opened().ended = true;
      return joined(rest.splice(0));
    },
    pieces() {
      const source = opened();
      return {
        async read() {
          if (source.cancelled > 0) throw new Error('a source was read after it was given up');
          const piece = rest.shift();
          if (piece === undefined) source.ended = true;
          return piece;
        },
        cancel() {
          source.cancelled += 1;
        },
      };
    },
  };
}

function bytesOf(piece: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return typeof piece === 'string' ? new TextEncoder().encode(piece) : new Uint8Array(piece);
}
