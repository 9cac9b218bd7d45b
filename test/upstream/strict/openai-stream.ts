import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import type { SaidChoice } from './openai-answer.ts';

export interface Streamed {
  readonly completion: JsonObject;
  readonly choices: readonly (SaidChoice & { readonly index: number })[];
  readonly usage: JsonObject;
  readonly options: Json | undefined;
}

/** Chunks as OpenAI sends them: one call after the other. Of a `…-mixed` model the fragments of parallel calls come by turns. */
export function chunkFrames({ completion, choices, usage, options }: Streamed): readonly string[] {
  const mixed = String(completion['model']).endsWith('-mixed') ? byTurns : inOrder;
  const asked = isJsonObject(options) && options['include_usage'] === true;
  const chunk = (members: JsonObject): string =>
    `data: ${JSON.stringify({ ...completion, object: 'chat.completion.chunk', ...members, ...(asked && !('usage' in members) && { usage: null }) })}\n\n`;
  const said = choices.flatMap((choice) => deltasOf(choice, mixed).map((one) => chunk({ choices: [one] })));
  return [...said, ...(asked ? [chunk({ choices: [], usage })] : []), 'data: [DONE]\n\n'];
}

function deltasOf(
  { index, message, logprobs, finish_reason }: Streamed['choices'][number],
  order: typeof byTurns,
): readonly JsonObject[] {
  const piece = (delta: JsonObject, more: JsonObject = {}): JsonObject => ({
    index,
    delta,
    logprobs: null,
    finish_reason: null,
    ...more,
  });
  const { content, tool_calls: calls } = message;
  const begin = piece({ role: 'assistant', content: typeof content === 'string' ? '' : null, refusal: null });
  const texts = piecesOf(typeof content === 'string' ? content : '');
  const words = texts.map((text, at) => piece({ content: text }, at === 0 ? { logprobs } : {}));
  const fragments = order(Array.isArray(calls) ? calls.filter(isJsonObject) : []);
  const called = fragments.map((one) => piece({ tool_calls: [one] }));
  return [begin, ...words, ...called, piece({}, { finish_reason })];
}

function inOrder(calls: readonly JsonObject[]): readonly JsonObject[] {
  return calls.flatMap((call, index) => [begun(call, index), ...pieces(call, index)]);
}

/** All calls begin; then their arguments come in pieces, one of each call at a time. */
function byTurns(calls: readonly JsonObject[]): readonly JsonObject[] {
  const all = calls.map(pieces);
  const longest = Math.max(0, ...all.map(({ length }) => length));
  return [
    ...calls.map(begun),
    ...Array.from({ length: longest }, (_, at) => all.flatMap((own) => own.slice(at, at + 1))).flat(),
  ];
}

function begun(call: JsonObject, index: number): JsonObject {
  return { index, ...call, function: { ...madeIn(call), arguments: '' } };
}

function pieces(call: JsonObject, index: number): readonly JsonObject[] {
  return piecesOf(String(madeIn(call)['arguments'])).map((text) => ({ index, function: { arguments: text } }));
}

function madeIn(call: JsonObject): JsonObject {
  return isJsonObject(call['function']) ? call['function'] : {};
}

function piecesOf(text: string): readonly string[] {
  const letters = [...text];
  return Array.from({ length: Math.ceil(letters.length / 4) }, (_, at) => letters.slice(at * 4, at * 4 + 4).join(''));
}
