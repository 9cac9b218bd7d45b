import type { Plan, Principal } from '../../core/call.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { formatUsd, type Price } from '../../core/money.ts';
import { received, type WireBody } from '../../core/payload.ts';
import type { Clock, Ids } from '../../core/ports.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { type JsonScan, scanJson } from '../../dialects/json-scan.ts';
import type { Explainable, WouldSend } from '../../pipeline/would-send.ts';
import { readBody } from '../../platform/read-body.ts';
import { holdBound, type Way } from '../../policies/hold-bound.ts';
import type { PlanQuestion } from '../../policies/route.ts';
import { failureAnswer, requestIds } from './answer.ts';
import { credentialOf } from './credential.ts';
import { spokenHeaders } from './data-plane.ts';
import type { PlainRoute } from './front.ts';
import { timeoutOf, wishesOf } from './wishes.ts';

export interface ExplainTools {
  /** In which a request can be explained; the first one unless another is named. */
  readonly dialects: readonly [Dialect, ...Dialect[]];
  readonly identify: (credential: string | undefined) => Principal;
  readonly plan: (question: PlanQuestion) => Plan;
  /** What would be sent to a target. Throws what the call would be refused with. */
  readonly wouldSend: (call: Explainable) => WouldSend;
  readonly wayOf: (call: Explainable) => Way;
  /** By what price a target without one is held. */
  readonly unknownPrice?: Price;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: { readonly maxBodyBytes: number; readonly callTimeoutMs: number };
}

const path = '/trestle/v1/explain';
const summary =
  'What would be sent for a request, where, at what price bound, and what would be lost. Nothing is sent.';

/** Answers what would be done with a request. It sends nothing, fetches nothing, and leaves no record. */
export function explainRoute(tools: ExplainTools): PlainRoute {
  return {
    method: 'POST',
    path,
    told: [{ method: 'POST', path, operation: 'explain', summary }],
    async answer(request) {
      const id = tools.ids.make('req');
      let [dialect] = tools.dialects;
      try {
        const principal = tools.identify(credentialOf(request.headers, ['authorization', 'x-api-key']));
        const question = questionIn(await readBody(request, tools.limits.maxBodyBytes, tools));
        dialect = dialectNamed(tools.dialects, question.dialect);
        const text = explained(tools, { id, dialect, principal, signal: request.signal }, question);
        return new Response(text, { headers: { 'content-type': 'application/json', ...requestIds(dialect, id) } });
      } catch (thrown) {
        return failureAnswer(dialect, asFailure(thrown), id);
      }
    },
  };
}

interface Question {
  readonly dialect: Json | undefined;
  /** The very bytes, for what would be sent hangs on them. */
  readonly request: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
}

const members = new Set(['dialect', 'request', 'headers']);

function questionIn(bytes: Uint8Array<ArrayBuffer>): Question {
  const scan = scanJson(bytes);
  for (const key of scan.members.keys()) {
    if (!members.has(key)) throw wrong(key.slice(0, 64), 'is not known here; send dialect, request and headers');
  }
  const request = scan.members.get('request');
  if (request === undefined) throw wrong('request', 'is missing; put the whole request there');
  return {
    dialect: memberValue(bytes, scan, 'dialect'),
    request: bytes.slice(request.valueStart, request.valueEnd),
    headers: headersIn(memberValue(bytes, scan, 'headers')),
  };
}

function memberValue(bytes: Uint8Array, scan: JsonScan, key: string): Json | undefined {
  const member = scan.members.get(key);
  if (member === undefined) return undefined;
  return JSON.parse(new TextDecoder().decode(bytes.subarray(member.valueStart, member.valueEnd)));
}

function headersIn(given: Json | undefined): Headers {
  if (given === undefined || given === null) return new Headers();
  const texts = isJsonObject(given) ? Object.entries(given) : [['', undefined] as const];
  try {
    return new Headers(texts.map(([name, value]): [string, string] => [name, textOf(value)]));
  } catch {
    throw wrong('headers', 'is an object of header names with texts');
  }
}

function textOf(value: Json | undefined): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}

function dialectNamed(dialects: ExplainTools['dialects'], name: Json | undefined): Dialect {
  if (name === undefined || name === null) return dialects[0];
  const found = dialects.find((dialect) => dialect.name === name);
  if (found !== undefined) return found;
  throw wrong('dialect', `is one of ${dialects.map((dialect) => dialect.name).join(', ')}`);
}

interface Asked {
  readonly id: string;
  readonly dialect: Dialect;
  readonly principal: Principal;
  readonly signal: AbortSignal;
}

function explained(tools: ExplainTools, { id, dialect, principal, signal }: Asked, question: Question): string {
  const wishes = wishesOf(question.headers);
  const wire: WireBody = { kind: 'json', bytes: question.request, ...spokenHeaders(dialect, question.headers) };
  const envelope = dialect.request.envelope(wire);
  const { operation } = dialect;
  const call = {
    ...{ operation, dialect: dialect.name, signal, wishes, envelope },
    payload: received(dialect.name, wire, dialect.request.decode),
  };
  const { models } = principal;
  const { targets } = tools.plan({
    ...{ model: envelope.model, operation, at: tools.clock.now() },
    ...(models === undefined ? {} : { allowed: models }),
  });
  const { callTimeoutMs } = tools.limits;
  const seconds = Math.min(timeoutOf(question.headers) ?? callTimeoutMs, callTimeoutMs) / 1000;
  const told = targets.map((target, index) => targetText(tools, { ...call, target, seconds }, index));
  const head = { object: 'explanation', request_id: id, dialect: dialect.name, operation, model: envelope.model };
  return `${JSON.stringify(head).slice(0, -1)},"targets":[${told.join(',')}]}`;
}

/** The first target's refusal is the call's own; a later one is only asked if those before it fail by their own fault. */
function targetText(tools: ExplainTools, call: Timed, index: number): string {
  const { provider, model, limits } = call.target;
  let sent: WouldSend;
  try {
    sent = tools.wouldSend(call);
  } catch (thrown) {
    if (index === 0) throw thrown;
    const { kind, message } = asFailure(thrown);
    return JSON.stringify({ provider, model, refused: { kind, message } });
  }
  const { dialect, url, headers, body, passedThrough, calls, lost, emulated, wouldFetch } = sent;
  const text = JSON.stringify({
    ...{ provider, model, dialect: dialect.name, method: 'POST', url, headers },
    ...{ passed_through: passedThrough, calls, lost, emulated, would_fetch: wouldFetch },
    ...{ context_window: limits?.contextTokens ?? null, max_output_tokens: limits?.maxOutputTokens ?? null },
    ...bound(tools, call),
  });
  // As it is sent: read and written again, large numbers would not be the same.
  return `${text.slice(0, -1)},"body":${new TextDecoder().decode(body.bytes)}}`;
}

/** A call with how long it may take. */
type Timed = Explainable & { readonly seconds: number };

/** What would be held for it if no budget set a limit. */
function bound(
  { wayOf, unknownPrice }: ExplainTools,
  call: Timed,
): { readonly price_bound_usd: string | null; readonly price_bound_missing: string | null } {
  const { envelope, target, seconds } = call;
  const price = target.price ?? unknownPrice;
  const { missing, worst } = holdBound({ envelope, price, limits: target.limits, way: wayOf(call), seconds });
  if (missing !== undefined) return { price_bound_usd: null, price_bound_missing: missing };
  return { price_bound_usd: formatUsd(worst), price_bound_missing: null };
}

function wrong(name: string, rule: string): Failure {
  return new Failure('request-invalid', `${name} ${rule}.`, { param: name });
}
