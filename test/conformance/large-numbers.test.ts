import { expect, test } from 'bun:test';
import type { FakeAnswer } from '../house/fake-upstream.ts';
import { testHouse } from '../house/house.ts';

/** Ids are often larger than a double can hold: they must come through as they were written, in either form of arguments. */
const digits = '12345678901234567890';
const input = `{"id":${digits},"part":0.10}`;

const config = `
providers:
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: one }
  gpt: { type: openai, base_url: "http://gpt.invalid/v1", api_key: two }
`;
const json = { 'content-type': 'application/json' };
const sse = { 'content-type': 'text/event-stream' };

const message = (content: string): string =>
  `{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[${content}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}`;
const use = `{"type":"tool_use","id":"toolu_1","name":"find","input":${input}}`;
const called = JSON.stringify({
  id: 'c',
  model: 'm',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'find', arguments: input } }],
      },
      finish_reason: 'tool_calls',
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
const chunk = (delta: object, finish: string | null): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'find', arguments: input } };

interface Case {
  readonly title: string;
  readonly path: string;
  readonly body: string;
  readonly answer: FakeAnswer;
}

test.each<Case>([
  {
    title: 'a call in the history, to OpenAI',
    path: '/v1/messages',
    body: `{"model":"gpt/gpt-4.1","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[${use}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"y"}]}]}`,
    answer: { headers: json, pieces: [called] },
  },
  {
    title: 'a call in the history, to Anthropic',
    path: '/v1/chat/completions',
    body: JSON.stringify({
      model: 'claude/claude-haiku-4-5',
      messages: [
        { role: 'user', content: 'x' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'find', arguments: input } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'y' },
      ],
    }),
    answer: { headers: json, pieces: [message(use)] },
  },
  {
    title: 'a call in a stream, to a caller of Anthropic’s',
    path: '/v1/messages',
    body: `{"model":"gpt/gpt-4.1","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[${use}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"y"}]}]}`,
    answer: {
      headers: sse,
      pieces: [chunk({ tool_calls: [call] }, null), chunk({}, 'tool_calls'), 'data: [DONE]\n\n'],
    },
  },
])('$title, and one in the answer', async ({ path, body, answer }) => {
  let sent = '';
  const house = await testHouse({
    config,
    http: {
      async send(request) {
        sent = new TextDecoder().decode(request.body);
        const bytes = new TextEncoder().encode(answer.pieces.join(''));
        const pieces = [bytes];
        return {
          status: 200,
          headers: new Headers(answer.headers),
          bytes: async () => bytes,
          pieces: () => ({ read: async () => pieces.shift(), cancel: () => undefined }),
        };
      },
    },
  });
  const response = await house.house.answer(
    new Request(`http://127.0.0.1${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer tr-test-client', 'anthropic-version': '2023-06-01', ...json },
      body,
    }),
  );
  const text = await response.text();
  await house.close();
  expect({ status: response.status, sent: sent.includes(digits), told: text.includes(digits) }).toEqual({
    status: 200,
    sent: true,
    told: true,
  });
});
