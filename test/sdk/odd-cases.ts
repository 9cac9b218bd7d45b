import type { Recording } from '../recordings.ts';

const common = {
  provider: 'other-compatible',
  dialect: 'openai-chat',
  endpoint: 'chat.completions',
  kinds: [],
  origin: 'handmade',
  stream: false,
  method: 'POST',
  path: '/v1/chat/completions',
  status: 200,
  framing: 'json',
} as const;

const chunk = (choices: readonly object[], more: object = {}): { readonly data: string } => ({
  data: JSON.stringify({
    id: 'chatcmpl-odd',
    object: 'chat.completion.chunk',
    created: 1790000000,
    model: 'odd',
    choices,
    ...more,
  }),
});
const stream = { ...common, stream: true, framing: 'sse' } as const;
const spoken = [chunk([{ index: 0, delta: { role: 'assistant', content: 'Deep.' }, finish_reason: null }])];
const stopped = chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]);
const usage = { usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } };
const done = { data: '[DONE]' };

/** Hand-made exchanges of the kinds that vendors were recorded in and that `test/cases` has none of. */
export const oddCases: readonly Recording[] = [
  {
    ...common,
    id: 'odd-no-messages',
    requestBody: { inputs: 'How deep is it?', parameters: { temperature: 0 } },
    status: 422,
    responseBody: { detail: [{ loc: ['body', 'messages'], msg: 'Field required', type: 'missing' }] },
  },
  {
    ...common,
    id: 'odd-messages-as-text',
    requestBody: { messages: 'How deep is it?', max_tokens: 5 },
    status: 401,
    responseBody: { error: 'Invalid username or password.' },
  },
  {
    ...stream,
    id: 'odd-stream-typed-as-json',
    requestBody: { messages: [{ role: 'user', content: 'How deep is it, as JSON?' }], stream: true },
    responseHeaders: { 'content-type': 'application/json' },
    responseChunks: [...spoken, stopped, done],
  },
  {
    ...stream,
    id: 'odd-usage-refused',
    requestBody: {
      messages: [{ role: 'user', content: 'How deep is it?' }],
      stream: true,
      stream_options: { include_usage: false },
    },
    responseChunks: [...spoken, stopped, chunk([], usage), done],
  },
  {
    ...stream,
    id: 'odd-stream-options',
    requestBody: {
      stream_options: { include_obfuscation: false },
      stream: true,
      messages: [{ role: 'user', content: 'How deep is it?' }],
    },
    responseChunks: [...spoken, stopped, chunk([], usage), done],
  },
  {
    ...stream,
    id: 'odd-usage-in-last-chunk',
    requestBody: { messages: [{ role: 'user', content: 'How deep is it, with usage?' }], stream: true },
    responseChunks: [...spoken, chunk([{ index: 0, delta: {}, finish_reason: 'stop' }], usage), done],
  },
  {
    ...stream,
    id: 'odd-usage-with-timings',
    requestBody: {
      messages: [{ role: 'user', content: 'How deep is it, and how fast?' }],
      stream: true,
      stream_options: { include_usage: true },
    },
    responseChunks: [...spoken, stopped, chunk([], { ...usage, timings: { prompt_n: 7, predicted_n: 2 } }), done],
  },
  {
    ...stream,
    id: 'odd-usage-in-torn-frame',
    requestBody: { messages: [{ role: 'user', content: 'How deep is it, at the end?' }], stream: true },
    responseChunks: [...spoken, stopped, { data: `${chunk([], usage).data}"` }, done],
  },
  {
    ...common,
    provider: 'groq',
    id: 'odd-groq-refuses-logprobs',
    requestBody: {
      logprobs: true,
      messages: [{ role: 'user', content: 'How deep is it?' }],
      top_logprobs: 2,
      n: 1,
      logit_bias: { '50256': -100 },
    },
    responseBody: {
      id: 'chatcmpl-odd',
      object: 'chat.completion',
      created: 1790000000,
      model: 'odd',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Deep.' }, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9, prompt_time: 0.01 },
    },
  },
];
