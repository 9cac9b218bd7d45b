import { isJsonObject, type JsonObject } from '../../../src/core/json.ts';
import { type Arrived, rawServer, type Wire } from '../raw-server.ts';
import { bytesOf, chunkOf, head, lastChunk } from '../step.ts';

/** A vendor that takes what it documents and refuses the rest, on a real port of 127.0.0.1. */
export interface StrictUpstream {
  readonly url: string;
  /** What it was asked, in order. */
  readonly seen: readonly Asked[];
  close(): Promise<void>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: JsonObject;
  /** What was answered. */
  readonly status: number;
  /** Why it was refused, if it was. */
  readonly refused?: string;
  /** Whether the peer left before all was said; known only once the answer is over. */
  readonly left: () => boolean;
}

export interface Question {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: JsonObject;
}

/** An answer: a JSON object, or the frames of a stream. A `wait` between frames lasts until the peer goes. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly frames?: readonly (string | 'wait')[];
}

/** The vendor's refusal of a request. */
export class Refusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | undefined;

  constructor(message: string, { status = 400, type = 'invalid_request_error', param }: RefusalTraits = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.param = param;
  }
}

interface RefusalTraits {
  readonly status?: number;
  readonly type?: string;
  readonly param?: string;
}

export interface Vendor {
  answer(question: Question): Answer;
  refusal(refusal: Refusal): Answer;
}

export async function strictUpstream(vendor: Vendor): Promise<StrictUpstream> {
  const seen: Asked[] = [];
  const server = await rawServer(async (request, wire) => {
    const question = questionIn(request);
    const { answer, refused } = answered(vendor, question);
    let left = false;
    seen.push({
      ...question,
      status: answer.status ?? 200,
      ...(refused !== undefined && { refused }),
      left: () => left,
    });
    await say(answer, wire);
    left = wire.gone.aborted;
  });
  return { url: server.url, seen, close: server.close };
}

function questionIn({ method, path, headers, body }: Arrived): Question {
  return { method, path: path.split('?')[0] ?? '', headers, json: objectIn(new TextDecoder().decode(body)) };
}

function objectIn(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function answered(vendor: Vendor, question: Question): { readonly answer: Answer; readonly refused?: string } {
  try {
    return { answer: vendor.answer(question) };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { answer: vendor.refusal(thrown), refused: thrown.message };
  }
}

async function say({ status = 200, headers = {}, body, frames }: Answer, wire: Wire): Promise<void> {
  if (frames === undefined) {
    const bytes = bytesOf(JSON.stringify(body ?? {}));
    const framed = { 'content-type': 'application/json', 'content-length': String(bytes.length) };
    await wire.write(bytesOf(head(status, { ...framed, ...headers })));
    await wire.write(bytes);
    return;
  }
  const framed = { 'content-type': 'text/event-stream; charset=utf-8', 'transfer-encoding': 'chunked' };
  await wire.write(bytesOf(head(status, { ...framed, ...headers })));
  for (const frame of frames) {
    if (wire.gone.aborted) return;
    if (frame === 'wait') await leaving(wire);
    else await wire.write(chunkOf(bytesOf(frame)));
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  await wire.write(bytesOf(lastChunk));
}

function leaving({ gone }: Wire): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) resolve();
    else gone.addEventListener('abort', () => resolve(), { once: true });
  });
}
