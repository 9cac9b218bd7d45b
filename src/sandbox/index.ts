import { Failure } from '../core/failure.ts';
import {
  type ByteSource,
  type Clock,
  type HttpClient,
  type Ids,
  type InboundResponse,
  type OutboundRequest,
  sleep,
} from '../core/ports.ts';
import { answerOf, producedBy } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import { pacedBody, silence, steadyBody } from './body.ts';
import { drawsOf } from './chance.ts';
import { delivered, strayPage } from './delivery.ts';
import { embedRequestOf, spelledEmbeddings } from './embedding.ts';
import { askedRefusal, brokenOff, type Refusal, spelledRefusal } from './refusal.ts';
import { type ChatRequest, chatRequestOf } from './request.ts';
import { spelledStream, spelledWhole } from './spelling.ts';

export interface SandboxPorts {
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * A provider that is no model and needs no key: it answers OpenAI's chat completions and embeddings by itself, the same to
 * the same question, with the pace and the faults it is asked for. Whatever it answers, it says `x-sandbox: true`.
 */
export function sandboxClient(ports: SandboxPorts): HttpClient {
  return {
    send: async (outbound) => {
      if (outbound.signal.aborted) throw outbound.signal.reason;
      try {
        return await answered(outbound, ports);
      } catch (thrown) {
        if (!(thrown instanceof Failure) || outbound.signal.aborted) throw thrown;
        return refused(spelledRefusal(thrown), outbound, ports);
      }
    },
  };
}

async function answered(outbound: OutboundRequest, ports: SandboxPorts): Promise<InboundResponse> {
  const { method, url } = outbound;
  const path = url.split(/[?#]/)[0] ?? '';
  const answer = routes.find(([end]) => path.endsWith(end))?.[1];
  if (answer === undefined) {
    const served = routes.map(([end]) => `…${end}`).join(' and ');
    throw new Failure('route-unknown', `Invalid URL (${method} ${path}): the sandbox serves ${served}.`);
  }
  if (method !== 'POST') throw new Failure('method-unsupported', `Not allowed to ${method} on ${path}; use POST.`);
  return await answer(outbound, ports);
}

const routes: readonly (readonly [string, typeof answered])[] = [
  ['/chat/completions', chatAnswer],
  ['/embeddings', embedAnswer],
];

async function chatAnswer(outbound: OutboundRequest, ports: SandboxPorts): Promise<InboundResponse> {
  const { clock, ids } = ports;
  const { signal } = outbound;
  const arrivedAt = clock.monotonic();
  const request = chatRequestOf(outbound.body ?? new Uint8Array(), header(outbound, 'x-trestle-sandbox'));
  const { behaviour } = request;
  const type = request.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  const firstAt = arrivedAt + (behaviour.ttftMs ?? 0);
  const early = await withoutAnswer({ ...request, firstAt, type }, outbound, ports);
  if (early !== undefined) return early;
  const answer = answerOf(request);
  const msPerToken = msPerTokenOf(behaviour);
  const beginsAt = firstAt + answer.usage.reasoning * msPerToken;
  const headers = { 'content-type': type };
  const signature = {
    id: ids.make('chatcmpl'),
    created: Math.floor(clock.now() / 1000),
    callId: () => ids.make('call'),
  };
  if (request.stream) {
    const pieces = spelledStream(answer, request, signature);
    return delivered(200, headers, {
      body: pacedBody(pieces, { clock, signal, faults: behaviour, beginsAt, msPerToken }),
      ids,
    });
  }
  const produced = producedBy(answer);
  await until(beginsAt + produced * msPerToken, clock, signal);
  const text = JSON.stringify(spelledWhole(answer, request, signature));
  return delivered(200, headers, { body: wholeBody({ text, produced, behaviour }, { clock, signal }), ids });
}

/** Nothing is produced, so its pace is that of reading. */
async function embedAnswer(outbound: OutboundRequest, ports: SandboxPorts): Promise<InboundResponse> {
  const { clock, ids } = ports;
  const { signal } = outbound;
  const arrivedAt = clock.monotonic();
  const request = embedRequestOf(outbound.body ?? new Uint8Array(), header(outbound, 'x-trestle-sandbox'));
  const { behaviour, tokens } = request;
  const type = 'application/json';
  const firstAt = arrivedAt + (behaviour.ttftMs ?? 0);
  const early = await withoutAnswer({ ...request, firstAt, type }, outbound, ports);
  if (early !== undefined) return early;
  await until(firstAt + tokens * msPerTokenOf(behaviour), clock, signal);
  const text = JSON.stringify(spelledEmbeddings(request));
  const body = wholeBody({ text, produced: tokens, behaviour }, { clock, signal });
  return delivered(200, { 'content-type': type }, { body, ids });
}

interface Opening extends Pick<ChatRequest, 'behaviour' | 'seeded' | 'seed'> {
  /** When the first token is due, on the monotonic clock. */
  readonly firstAt: number;
  /** The content type of a proper answer. */
  readonly type: string;
}

/** The silence, the failure or the page that was asked for in place of an answer; undefined if there shall be one. */
async function withoutAnswer(
  { firstAt, type, ...request }: Opening,
  outbound: OutboundRequest,
  ports: SandboxPorts,
): Promise<InboundResponse | undefined> {
  const { clock, ids } = ports;
  const { signal } = outbound;
  const { hang, fail = 500, retryAfter, html, garbage } = request.behaviour;
  if (hang === 1) return await silence(signal);
  if (strikes(request, ids)) {
    await until(firstAt, clock, signal);
    return refused(askedRefusal(fail, retryAfter), outbound, ports);
  }
  if (html !== 1 && garbage !== 1) return undefined;
  await until(firstAt, clock, signal);
  const headers = { 'content-type': html === 1 ? 'text/html; charset=utf-8' : type };
  return delivered(200, headers, { body: steadyBody(strayPage, signal), ids });
}

function msPerTokenOf({ tokensPerSecond = Number.POSITIVE_INFINITY }: Behaviour): number {
  return 1000 / tokensPerSecond;
}

function header({ headers }: OutboundRequest, name: string): string {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}

/** Whether the failure that was asked for comes this time. */
function strikes({ behaviour, seeded, seed }: Pick<ChatRequest, 'behaviour' | 'seeded' | 'seed'>, ids: Ids): boolean {
  const { fail, failRate = 1 } = behaviour;
  if (fail === undefined) return false;
  return (seeded ? drawsOf(seed)() : ids.chance()) < failRate;
}

async function until(time: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const wait = time - clock.monotonic();
  if (wait > 0) await sleep(clock, wait, signal);
}

interface Whole {
  readonly text: string;
  /** After how many tokens it is whole. */
  readonly produced: number;
  readonly behaviour: Behaviour;
}

/** A whole answer in two pieces, so that it can break in its middle; an error stands in place of the whole. */
function wholeBody(
  { text, produced, behaviour }: Whole,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): ByteSource {
  const { errorAfter, ...faults } = behaviour;
  if (errorAfter !== undefined && errorAfter <= produced) return steadyBody(JSON.stringify(brokenOff), signal);
  const middle = Math.ceil(text.length / 2);
  const pieces = [
    { text: text.slice(0, middle), position: 0 },
    { text: text.slice(middle), position: produced },
  ];
  return pacedBody(pieces.values(), { clock, signal, faults, beginsAt: 0, msPerToken: 0 });
}

function refused(refusal: Refusal, { signal }: OutboundRequest, { ids }: SandboxPorts): InboundResponse {
  const headers = { ...refusal.headers, 'content-type': 'application/json' };
  return delivered(refusal.status, headers, { body: steadyBody(JSON.stringify(refusal.body), signal), ids });
}
