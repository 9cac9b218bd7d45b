import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Loss } from '../../src/core/loss.ts';
import type { FetchMedia, OutboundRequest } from '../../src/core/ports.ts';
import { type FakeAnswer, fakeUpstream, goodAnswer } from '../house/fake-upstream.ts';
import { type TestHouse, type TestHouseOptions, testHouse } from '../house/house.ts';
import { pdf, png } from '../sdk/vendors.ts';
import { exactJson, objectOf } from './facts/exact-json.ts';
import type { Wire } from './wires.ts';

/** A house between two vendors that have no network: `claude` speaks Anthropic's dialect, `gpt` OpenAI's. */
export interface Crossing {
  readonly house: TestHouse;
  /** Asks at the door of a dialect, and tells all that came of it. */
  cross(door: Wire, body: Json, headers?: Readonly<Record<string, string>>): Promise<Crossed>;
}

export interface Crossed {
  readonly status: number;
  readonly text: string;
  /** What reached the provider last; undefined if nothing did. */
  readonly sent: { readonly url: string; readonly body: JsonObject } | undefined;
  /** How often it was asked. */
  readonly asked: number;
  /** The record's list: of the request, and of the answer where the path begins with `answer.`. */
  readonly lost: readonly Loss[];
  readonly lostHeader: string | null;
  /** `x-trestle-estimated`: nobody but us answered. */
  readonly estimated: boolean;
  /** What `x-trestle-emulated` says. */
  readonly emulations: readonly { readonly path: string; readonly how: string }[];
}

const config = `
retry: { attempts: 1 }
providers:
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: vendor-one }
  gpt: { type: openai-compatible, base_url: "http://gpt.invalid/v1", api_key: vendor-two }
  openai: { base_url: "http://openai.invalid/v1", api_key: vendor-three }
  groq: { base_url: "http://groq.invalid/v1", api_key: vendor-four }
`;

export async function openCrossing(
  answer: (request: OutboundRequest) => FakeAnswer = anyAnswer,
  options: TestHouseOptions = {},
): Promise<Crossing> {
  const http = fakeUpstream(answer);
  const house = await testHouse({ http, config, change: (parts) => ({ ...parts, fetchMedia }), ...options });
  return {
    house,
    async cross(door, body, headers) {
      const before = http.sent.length;
      const response = await house.ask(body, { path: door.path, headers: { ...door.headers, ...headers } });
      const text = await response.text();
      const id = response.headers.get('x-request-id');
      // Newest first: reading all of them each time would take longer than everything else.
      const { data } = await house.store.ledger.requests({ limit: 3 });
      const record = data.find((one) => one.requestId === id);
      const sent = http.sent.slice(before);
      const last = sent.at(-1);
      return {
        status: response.status,
        text,
        sent: last && { url: last.url, body: objectOf(exactJson(new TextDecoder().decode(last.body))) },
        asked: sent.length,
        lost: record?.lost ?? [],
        lostHeader: response.headers.get('x-trestle-lost'),
        estimated: response.headers.get('x-trestle-estimated') === 'true',
        emulations: [...emulationsIn(response.headers.get('x-trestle-emulated') ?? ''), ...loweredIn(response.headers)],
      };
    },
  };
}

/** A limit above what the model can produce is lowered, which takes nothing away. */
function loweredIn(headers: Headers): Crossed['emulations'] {
  if (headers.get('x-trestle-max-tokens') === null) return [];
  return ['max_tokens', 'max_completion_tokens'].map((path) => ({ path, how: 'lowered' }));
}

/** The web, as far as anybody asks for it: every image is the same, and so is every document. */
const fetchMedia: FetchMedia = async (_url, { kind }) =>
  kind === 'image'
    ? { mediaType: 'image/png', bytes: new Uint8Array(Buffer.from(png, 'base64')) }
    : { mediaType: 'application/pdf', bytes: new Uint8Array(Buffer.from(pdf, 'base64')) };

/** A structured-field list: `"path";how="means", …`. */
function emulationsIn(header: string): Crossed['emulations'] {
  return [...header.matchAll(/"([^"]*)";how="([^"]*)"/g)].map(([, path = '', how = '']) => ({ path, how }));
}

/** A plain answer in the dialect of whoever was asked. */
export function anyAnswer(request: OutboundRequest): FakeAnswer {
  if (request.url.endsWith('/count_tokens')) return { headers: json, pieces: ['{"input_tokens":7}'] };
  return request.url.includes('/chat/completions') ? goodAnswer(request) : goodMessage(request);
}

const json = { 'content-type': 'application/json' } as const;

function goodMessage(request: OutboundRequest): FakeAnswer {
  const { model, stream } = objectOf(exactJson(new TextDecoder().decode(request.body)));
  const usage = { input_tokens: 11, output_tokens: 4 };
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model: model ?? '' };
  const end = { stop_reason: 'end_turn', stop_sequence: null };
  if (stream !== true) {
    const body = { ...head, content: [{ type: 'text', text: 'To cross a bridge' }], ...end, usage };
    return { headers: json, pieces: [JSON.stringify(body)] };
  }
  const frame = (type: string, members: JsonObject): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
  const pieces = [
    frame('message_start', { message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage } }),
    frame('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'To cross a bridge' } }),
    frame('content_block_stop', { index: 0 }),
    frame('message_delta', { delta: end, usage: { output_tokens: 4 } }),
    frame('message_stop', {}),
  ];
  return { headers: { 'content-type': 'text/event-stream' }, pieces };
}
