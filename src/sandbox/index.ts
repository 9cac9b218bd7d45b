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
import { type Answer, answerOf, producedBy } from './answer.ts';
import { pacedBody, silence, steadyBody } from './body.ts';
import { drawsOf } from './chance.ts';
import { delivered, strayPage } from './delivery.ts';
import { askedRefusal, brokenOff, type Refusal, spelledRefusal } from './refusal.ts';
import { type ChatRequest, chatRequestOf } from './request.ts';
import { type Signature, spelledStream, spelledWhole } from './spelling.ts';

export { sandboxModels } from './request.ts';

export interface SandboxPorts {
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * A provider that is no model and needs no key: it answers OpenAI's chat completions by itself, the same to the same
 * question, with the pace and the faults it is asked for. Whatever it answers, it says `x-sandbox: true`.
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
  checkRoute(outbound);
  const { clock, ids } = ports;
  const { signal } = outbound;
  const arrivedAt = clock.monotonic();
  const request = chatRequestOf(outbound.body ?? new Uint8Array(), header(outbound, 'x-trestle-sandbox'));
  const { behaviour } = request;
  if (behaviour.hang === 1) return silence(signal);
  const firstAt = arrivedAt + (behaviour.ttftMs ?? 0);
  if (strikes(request, ids)) {
    await until(firstAt, clock, signal);
    return refused(askedRefusal(behaviour.fail ?? 500, behaviour.retryAfter), outbound, ports);
  }
  const answer = answerOf(request);
  const msPerToken = 1000 / (behaviour.tokensPerSecond ?? Number.POSITIVE_INFINITY);
  const beginsAt = firstAt + answer.usage.reasoning * msPerToken;
  const headers = { 'content-type': contentType(request) };
  if (behaviour.html === 1 || behaviour.garbage === 1) {
    await until(firstAt, clock, signal);
    return delivered(200, headers, { body: steadyBody(strayPage, signal), ids });
  }
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
  await until(beginsAt + producedBy(answer) * msPerToken, clock, signal);
  return delivered(200, headers, { body: wholeBody(answer, request, { signature, clock, signal }), ids });
}

function checkRoute({ method, url }: OutboundRequest): void {
  const path = url.split(/[?#]/)[0] ?? '';
  if (!path.endsWith('/chat/completions')) {
    throw new Failure('route-unknown', `Invalid URL (${method} ${path}): the sandbox serves …/chat/completions.`);
  }
  if (method !== 'POST') throw new Failure('method-unsupported', `Not allowed to ${method} on ${path}; use POST.`);
}

function header({ headers }: OutboundRequest, name: string): string {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}

/** Whether the failure that was asked for comes this time. */
function strikes(request: ChatRequest, ids: Ids): boolean {
  const { fail, failRate = 1 } = request.behaviour;
  if (fail === undefined) return false;
  return (request.seeded ? drawsOf(request.seed)() : ids.chance()) < failRate;
}

async function until(time: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const wait = time - clock.monotonic();
  if (wait > 0) await sleep(clock, wait, signal);
}

function contentType({ behaviour, stream }: ChatRequest): string {
  if (behaviour.html === 1) return 'text/html; charset=utf-8';
  return stream ? 'text/event-stream; charset=utf-8' : 'application/json';
}

interface Sending {
  readonly signature: Signature;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A whole answer in two pieces, so that it can break in its middle; an error stands in place of the whole. */
function wholeBody(answer: Answer, request: ChatRequest, { signature, clock, signal }: Sending): ByteSource {
  const { errorAfter, ...faults } = request.behaviour;
  const produced = producedBy(answer);
  if (errorAfter !== undefined && errorAfter <= produced) return steadyBody(JSON.stringify(brokenOff), signal);
  const text = JSON.stringify(spelledWhole(answer, request, signature));
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
