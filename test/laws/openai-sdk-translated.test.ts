import { describe, expect, test } from 'bun:test';
import { OpenAI as OpenAI6 } from 'openai-6';
import { OpenAI as OpenAI7 } from 'openai-7';
import type { ChatEvent } from '../../src/core/chat.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { spellFrame } from '../../src/dialects/sse.ts';

/** Events as a dialect gives them that tells where its parts begin and end. */
const events: readonly ChatEvent[] = [
  { type: 'response-start', id: 'msg_1', model: 'm', more: true },
  { type: 'message-start', choice: 0, more: true },
  { type: 'usage', usage: { counted: { tokens: { input: 3, output: 1 } } }, soFar: true },
  { type: 'part-start', choice: 0, part: 0, kind: 'text' },
  { type: 'keep-alive' },
  { type: 'text-delta', choice: 0, part: 0, text: 'Let me ' },
  { type: 'text-delta', choice: 0, part: 0, text: 'look. 🌉' },
  { type: 'part-end', choice: 0, part: 0 },
  { type: 'part-start', choice: 0, part: 1, kind: 'tool-call' },
  { type: 'tool-call-start', choice: 0, part: 1, call: 0, kind: 'function', id: 'toolu_1', name: 'look' },
  { type: 'tool-call-delta', choice: 0, part: 1, call: 0, text: '{"at":' },
  { type: 'tool-call-delta', choice: 0, part: 1, call: 0, text: '"sea"}' },
  { type: 'part-end', choice: 0, part: 1 },
  { type: 'part-start', choice: 0, part: 2, kind: 'tool-call' },
  { type: 'tool-call-start', choice: 0, part: 2, call: 1, kind: 'function', id: 'toolu_2', name: 'wait' },
  { type: 'part-end', choice: 0, part: 2 },
  { type: 'finish', choice: 0, finish: { reason: 'tool-calls' }, more: true },
  { type: 'usage', usage: { counted: { tokens: { input: 3, cachedInput: 2, output: 9 } } } },
  { type: 'response-end' },
];

const request = {
  model: 'm',
  messages: [{ role: 'user' as const, content: 'Hi' }],
  stream_options: { include_usage: true },
};

// The two majors differ in types that no two compilers agree on, not in what is used here.
const older = OpenAI6 as unknown as typeof OpenAI7;

describe.each([
  ['6', older],
  ['7', OpenAI7],
] as const)('the official SDK, major %s', (_, OpenAI) => {
  test('puts a stream of another dialect together as an answer', async () => {
    const client = new OpenAI({ apiKey: 'k', fetch: async () => streamed(), maxRetries: 0 });
    const stream = client.chat.completions.stream(request);
    const texts: string[] = [];
    stream.on('content', (delta) => void texts.push(delta));
    const { id, object, created, model, choices, usage } = await stream.finalChatCompletion();
    expect(texts).toEqual(['Let me ', 'look. 🌉']);
    expect({ id, object, created, model, usage }).toEqual({
      id: 'msg_1',
      object: 'chat.completion',
      created: 0,
      model: 'm',
      usage: {
        prompt_tokens: 5,
        completion_tokens: 9,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 2 },
      },
    });
    expect(choices).toMatchObject([
      {
        index: 0,
        finish_reason: 'tool_calls',
        message: {
          role: 'assistant',
          content: 'Let me look. 🌉',
          refusal: null,
          tool_calls: [
            { id: 'toolu_1', type: 'function', function: { name: 'look', arguments: '{"at":"sea"}' } },
            { id: 'toolu_2', type: 'function', function: { name: 'wait', arguments: '{}' } },
          ],
        },
      },
    ]);
  });
});

function streamed(): Response {
  const encoder = openaiChat.stream.encoder((loss) => {
    throw new Error(`lost ${JSON.stringify(loss)}`);
  });
  const frames = [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];
  return new Response(frames.map(spellFrame).join(''), { headers: { 'content-type': 'text/event-stream' } });
}
