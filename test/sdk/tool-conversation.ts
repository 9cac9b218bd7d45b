import type { JsonObject } from '../../src/core/json.ts';
import type { ReplayCase } from '../upstream/replay.ts';

/** A conversation of two turns: the model asks for two tools at once, hears their results, and answers. */

export const question = {
  role: 'user',
  content: 'Which of the two lakes is deeper, Hańcza or Śniardwy, in feet?',
} as const;

export const depthTool = {
  name: 'depth_of',
  description: 'Depth of a lake in metres.',
  parameters: {
    type: 'object',
    properties: { lake: { type: 'string' } },
    required: ['lake'],
    additionalProperties: false,
  },
  strict: true,
} as const;

export const depths: Readonly<Record<string, number>> = { Hańcza: 108.5, Śniardwy: 23.4 };
export const conclusion = 'Hańcza, with 356 feet against 77 🌊.';

const tools = [{ type: 'function', function: depthTool }] as const;
type Turn = 'first' | 'second';
const finishes = { first: 'tool_calls', second: 'stop' } as const satisfies Record<Turn, string>;

const head = { created: 1790000000, model: 'lakes-1-2026-01-01' } as const;
const calls = Object.keys(depths).map((lake, index) => ({
  id: `call_0${index}`,
  type: 'function',
  function: { name: 'depth_of', arguments: JSON.stringify({ lake }) },
}));
const results = calls.map(({ id }, index) => ({
  role: 'tool',
  tool_call_id: id,
  content: JSON.stringify({ metres: Object.values(depths)[index] }),
}));

/** What the assistant said, as the SDK sends it back. */
const said = { role: 'assistant', content: null, tool_calls: calls } as const;

/** The request of a turn, as the SDK makes it; the upstream knows no other. */
function asked(turn: Turn): JsonObject {
  const messages = turn === 'first' ? [question] : [question, said, ...results];
  return { model: 'lakes-1', messages, tools, tool_choice: 'auto' };
}

/** The two turns, whole and streamed. */
export const conversation: readonly ReplayCase[] = [
  wholeTurn('first', { ...said, refusal: null }),
  wholeTurn('second', { role: 'assistant', content: conclusion, refusal: null }),
  streamedTurn('first', [
    { role: 'assistant', content: null, refusal: null },
    ...calls.flatMap((call, index) => [
      { tool_calls: [{ index, ...call, function: { name: 'depth_of', arguments: '' } }] },
      ...halves(call.function.arguments).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
  ]),
  streamedTurn('second', [
    { role: 'assistant', content: '', refusal: null },
    ...halves(conclusion).map((content) => ({ content })),
  ]),
];

function wholeTurn(turn: Turn, message: JsonObject): ReplayCase {
  return {
    id: `lakes-${turn}-whole`,
    model: 'lakes-1',
    requestBody: { ...asked(turn), stream: false },
    status: 200,
    framing: 'json',
    responseBody: {
      id: 'chatcmpl-lakes',
      object: 'chat.completion',
      ...head,
      choices: [{ index: 0, message, logprobs: null, finish_reason: finishes[turn] }],
      usage: { prompt_tokens: 40, completion_tokens: 20, total_tokens: 60 },
    },
  };
}

function streamedTurn(turn: Turn, deltas: readonly JsonObject[]): ReplayCase {
  const chunk = (choices: readonly JsonObject[], more: JsonObject = {}): { readonly data: string } => ({
    data: JSON.stringify({ id: 'chatcmpl-lakes', object: 'chat.completion.chunk', ...head, choices, ...more }),
  });
  return {
    id: `lakes-${turn}-stream`,
    model: 'lakes-1',
    requestBody: { ...asked(turn), stream: true },
    status: 200,
    framing: 'sse',
    responseChunks: [
      ...deltas.map((delta) => chunk([{ index: 0, delta, finish_reason: null }])),
      chunk([{ index: 0, delta: {}, finish_reason: finishes[turn] }]),
      chunk([], { usage: { prompt_tokens: 40, completion_tokens: 20, total_tokens: 60 } }),
      { data: '[DONE]' },
    ],
  };
}

function halves(text: string): readonly string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
