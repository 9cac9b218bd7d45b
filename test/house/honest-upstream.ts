import type { HttpClient, InboundResponse, OutboundRequest } from '../../src/core/ports.ts';
import { anthropicSays } from './anthropic-said.ts';
import { askedOf, type FakeAnswer, fakeUpstream } from './fake-upstream.ts';

/** A vendor that keeps to the limit it is given, and a book of what it did: for OpenAI's dialect and for Anthropic's. */
export interface HonestUpstream extends HttpClient {
  readonly sent: readonly OutboundRequest[];
  readonly book: readonly Bill[];
}

/** Tokens that it would put on its invoice for one request. */
export interface Bill {
  readonly model: string;
  readonly input: number;
  readonly output: number;
  /** The limit for each alternative that it was given; undefined if none. */
  readonly limit: number | undefined;
}

/** What it does about one request, from 1; without a word it writes as much as it may, twenty tokens if nobody says. */
export interface Doing {
  /** The tokens that it would like to write for each alternative. */
  readonly wants?: number;
  /** It writes them whatever it was allowed. */
  readonly heedless?: true;
  /** The tokens that it reads, if not one for four bytes of what was sent. */
  readonly reads?: number;
  /** In place of its count. */
  readonly usage?: unknown;
  /** It answers so instead, and bills nothing. */
  readonly answers?: FakeAnswer;
  /** It does not answer before this. */
  readonly after?: Promise<unknown>;
}

export function honestUpstream(doing: (number: number, asked: Asked) => Doing = () => ({})): HonestUpstream {
  const book: Bill[] = [];
  let count = 0;
  const delays = new WeakMap<OutboundRequest, Promise<unknown>>();
  const answering = fakeUpstream((request) => {
    const asked: Asked = { model: undefined, ...askedOf(request) };
    count += 1;
    const plan = doing(count, asked);
    if (plan.after !== undefined) delays.set(request, plan.after);
    if (plan.answers !== undefined) return plan.answers;
    const limit = asked.max_completion_tokens ?? asked.max_tokens ?? undefined;
    const wanted = plan.wants ?? limit ?? 20;
    const output = (plan.heedless === true ? wanted : Math.min(wanted, limit ?? wanted)) * (asked.n ?? 1);
    const input = plan.reads ?? Math.ceil((request.body?.length ?? 0) / 4);
    const bill: Bill = { model: String(asked.model), input, output, limit };
    book.push(bill);
    return request.url.endsWith('/messages') ? anthropicAnswer(request, bill) : openaiAnswer(asked, bill, plan);
  });
  return {
    sent: answering.sent,
    book,
    async send(request): Promise<InboundResponse> {
      const answer = await answering.send(request);
      await delays.get(request);
      return answer;
    },
  };
}

export interface Asked {
  readonly model: unknown;
  readonly stream?: boolean;
  readonly n?: number;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly stream_options?: object;
}

function anthropicAnswer(request: OutboundRequest, { input, output }: Bill): FakeAnswer {
  const { pieces, ...rest } = anthropicSays(request, { content: [{ type: 'text', text: 'Over the bridge.' }] });
  const counts = { input_tokens: input, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  const counted = (piece: string): string =>
    piece.replace(/"usage":\{[^}]*\}/, `"usage":${JSON.stringify({ ...counts, output_tokens: output })}`);
  return { ...rest, pieces: pieces.map((piece) => (typeof piece === 'string' ? counted(piece) : piece)) };
}

function openaiAnswer(asked: Asked, { input, output }: Bill, { usage }: Doing): FakeAnswer {
  const { model, stream, n = 1 } = asked;
  const truth = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  const told = usage === undefined ? truth : usage;
  const common = { id: 'chatcmpl-1', created: 1_760_000_000, model };
  const indexes = Array.from({ length: n }, (_, index) => index);
  if (stream !== true) {
    const choices = indexes.map((index) => ({
      ...{ index, finish_reason: 'stop' },
      message: { role: 'assistant', content: 'Over the bridge.' },
    }));
    const text = JSON.stringify({ ...common, object: 'chat.completion', choices, usage: told });
    return { headers: { 'content-type': 'application/json' }, pieces: [text] };
  }
  const frame = (choices: readonly object[], more: object = {}): string =>
    `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...more })}\n\n`;
  const words = ['Over', ' the', ' bridge', '.'];
  return {
    headers: { 'content-type': 'text/event-stream' },
    pieces: [
      ...words.map((content) => frame([{ index: 0, delta: { content }, finish_reason: null }])),
      frame([{ index: 0, delta: {}, finish_reason: 'stop' }]),
      ...(told === null || asked.stream_options === undefined ? [] : [frame([], { usage: told })]),
      'data: [DONE]\n\n',
    ],
  };
}
