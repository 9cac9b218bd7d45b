import { isJsonObject, type JsonObject } from '../core/json.ts';
import { sleep } from '../core/ports.ts';
import type { ChatAnswer } from './chat-answer.ts';
import { ask, type Server, told } from './server.ts';
import type { Tools } from './tools.ts';

/** What an answer cost, where we may look it up: USD as a decimal string, or why it is not known. */
export type Cost = { readonly usd: string } | { readonly unknown: string };

/** A record may take a while to be seen, but rarely does. */
const looks = 6;
const betweenLooksMs = 150;

/** Looks the answer's record up, with the key that asked. A stream's cost is known after its headers have left, so that only the record has it. */
export async function costOf(
  tools: Tools,
  server: Server,
  { requestId }: Pick<ChatAnswer, 'requestId'>,
): Promise<Cost> {
  if (requestId === undefined) return { unknown: 'the answer has no id' };
  const path = `/trestle/v1/requests/${encodeURIComponent(requestId)}`;
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await sleep(tools.clock, betweenLooksMs);
    const { status, body } = await told(await ask(tools, server, { method: 'GET', path }));
    if (status === 200) return costIn(body);
    if (status !== 404) break;
  }
  return { unknown: 'its record cannot be read' };
}

function costIn(body: JsonObject | undefined): Cost {
  const usd = body?.['cost_usd'];
  return typeof usd === 'string' ? { usd } : { unknown: 'nobody knows the price of this model' };
}

/** `12 tokens in, 34 out · 0.00012 USD · first token after 0.21 s · 1.3 s · openai/gpt-5-mini · req_…` */
export function sumText(answer: ChatAnswer, cost: Cost): string {
  const { prompt_tokens: input, completion_tokens: output } = answer.usage ?? {};
  return [
    typeof input === 'number' && typeof output === 'number' ? `${input} tokens in, ${output} out` : 'tokens unknown',
    'usd' in cost ? `${cost.usd} USD` : `cost unknown (${cost.unknown})`,
    ...(answer.firstTokenMs === undefined ? [] : [`first token after ${seconds(answer.firstTokenMs)}`]),
    `${answer.whole ? 'all' : 'given up'} after ${seconds(answer.latencyMs)}`,
    ...(answer.from === undefined ? [] : [answer.from]),
    ...(answer.requestId === undefined ? [] : [answer.requestId]),
  ].join(' · ');
}

/** The same for scripts. */
export function sumJson(answer: ChatAnswer, cost: Cost): JsonObject {
  return {
    text: answer.text,
    whole: answer.whole,
    from: answer.from ?? null,
    request_id: answer.requestId ?? null,
    usage: isJsonObject(answer.usage) ? answer.usage : null,
    cost_usd: 'usd' in cost ? cost.usd : null,
    first_token_ms: answer.firstTokenMs === undefined ? null : Math.round(answer.firstTokenMs),
    latency_ms: Math.round(answer.latencyMs),
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
