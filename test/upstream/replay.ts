import { isJsonObject, type Json } from '../../src/core/json.ts';
import type { Recording } from '../recordings.ts';
import { type Arrived, rawServer, type Wire } from './raw-server.ts';
import { recordedHeaders, recordedPieces } from './recorded-answer.ts';
import { joined } from './request-reader.ts';
import { bytesOf, chunkOf, head, lastChunk } from './step.ts';

/** What of a recording is needed to play it again. */
export type ReplayCase = Pick<
  Recording,
  'id' | 'model' | 'requestBody' | 'status' | 'responseHeaders' | 'framing' | 'responseBody' | 'responseChunks' | 'sse'
>;

export interface ReplayOptions {
  /** How bodies are cut: a piece for each recorded frame (the default), pieces of so many bytes, or one piece. */
  readonly cut?: 'recorded' | 'whole' | number;
}

/** An upstream that answers as somebody's API once did. */
export interface ReplayUpstream {
  /** The origin; it answers every path. */
  readonly url: string;
  readonly seen: readonly Replayed[];
  openSockets(): number;
  close(): Promise<void>;
}

export interface Replayed extends Arrived {
  readonly json: Json | undefined;
  /** The case it was answered with; undefined if none has this request: then it was answered with 404. */
  readonly caseId: string | undefined;
}

/** The header that names a case, for callers that reach this upstream directly. */
export const caseHeader = 'x-replay-case';

/**
 * Starts one on a free port of 127.0.0.1. A case is found by the `x-replay-case` header, by its id in place of the model,
 * or by the request itself: equal but for `model` and `stream_options`, which a gateway may splice, and the order of
 * members. Of several that are equal, one of the same model is preferred, and each takes its turn.
 */
export async function replayUpstream(
  cases: readonly ReplayCase[],
  options: ReplayOptions = {},
): Promise<ReplayUpstream> {
  const seen: Replayed[] = [];
  const find = finder(cases);
  const server = await rawServer(async (request, wire) => {
    const json = jsonOf(request.body);
    const found = find(request, json);
    seen.push({ ...request, json, caseId: found?.id });
    await play(found ?? missing, wire, options.cut ?? 'recorded');
  });
  return { url: server.url, seen, openSockets: server.openSockets, close: server.close };
}

const missing: ReplayCase = {
  id: 'missing',
  status: 404,
  framing: 'json',
  responseBody: {
    error: {
      message: 'No recorded case has this request.',
      type: 'invalid_request_error',
      param: null,
      code: 'case_missing',
    },
  },
};

type Find = (request: Arrived, json: Json | undefined) => ReplayCase | undefined;

function finder(cases: readonly ReplayCase[]): Find {
  const byId = new Map(cases.map((one) => [one.id, one]));
  const byRequest = Map.groupBy(cases, ({ requestBody }) => requestKey(requestBody));
  const played = new Map<ReplayCase, number>();
  const inTurn = (equal: readonly ReplayCase[]): ReplayCase | undefined => {
    const least = Math.min(...equal.map((one) => played.get(one) ?? 0));
    const found = equal.find((one) => (played.get(one) ?? 0) === least);
    if (found !== undefined) played.set(found, least + 1);
    return found;
  };
  return (request, json) => {
    const named = request.headers[caseHeader];
    if (named !== undefined) return byId.get(named);
    const model = isJsonObject(json) ? json['model'] : undefined;
    const modelled = typeof model === 'string' ? byId.get(model) : undefined;
    if (modelled !== undefined) return modelled;
    const equal = byRequest.get(requestKey(json)) ?? [];
    const ofModel = equal.filter((one) => one.model === model);
    return inTurn(ofModel.length > 0 ? ofModel : equal);
  };
}

/** The same for requests that differ only in what a gateway may splice; of what is no object, one that nothing has. */
export function requestKey(body: Json | undefined): string {
  if (!isJsonObject(body)) return `no request: ${JSON.stringify(body)}`;
  const { model, stream_options, ...rest } = body;
  return JSON.stringify(sorted(rest));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
}

async function play(answer: ReplayCase, wire: Wire, cut: NonNullable<ReplayOptions['cut']>): Promise<void> {
  const pieces = recordedPieces(answer);
  const whole = joined(pieces);
  const streamed = answer.responseChunks !== undefined;
  const framed = streamed ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(whole.length) };
  await wire.write(bytesOf(head(answer.status, { ...recordedHeaders(answer), ...framed })));
  for (const piece of cut === 'recorded' ? pieces : slices(whole, cut)) {
    if (wire.gone.aborted) return;
    await wire.write(streamed ? chunkOf(piece) : piece);
    // A turn of the loop between two writes, so that they leave apart.
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  if (streamed) await wire.write(bytesOf(lastChunk));
}

function slices(bytes: Uint8Array, size: 'whole' | number): readonly Uint8Array[] {
  const step = size === 'whole' ? Math.max(1, bytes.length) : size;
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) =>
    bytes.subarray(index * step, (index + 1) * step),
  );
}

function jsonOf(body: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
