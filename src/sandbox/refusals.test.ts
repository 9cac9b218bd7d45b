import { expect, test } from 'bun:test';
import { askSandbox, jsonOf, sandbox } from '../../test/fakes/sandbox.ts';
import type { Json, JsonObject } from '../core/json.ts';

const hello = [{ role: 'user', content: 'Hello' }];
const part = (content: Json): JsonObject => ({ messages: [{ role: 'user', content: [content] }] });
const tool = { type: 'function', function: { name: 'f' } };

test.each<[JsonObject, string, string]>([
  [{ messages: 'hello' }, 'messages', "Invalid type for 'messages': expected an array, but got a string instead."],
  [{ messages: null }, 'messages', "Missing required parameter: 'messages'."],
  [{ messages: [] }, 'messages', 'at least one message'],
  [{ messages: ['hi'] }, 'messages[0]', 'expected an object, but got a string'],
  [{ messages: [{ content: 'hi' }] }, 'messages[0].role', 'Missing required parameter'],
  [{ messages: [{ role: 'robot', content: 'hi' }] }, 'messages[0].role', "'robot' is none of developer, system"],
  [{ messages: [{ role: 'user' }] }, 'messages[0].content', 'Missing required parameter'],
  [
    { messages: [{ role: 'user', content: 7 }] },
    'messages[0].content',
    'a string or an array of parts, but got an integer',
  ],
  [part({ type: 'video' }), 'messages[0].content[0].type', "'video' is none of text"],
  [part({ type: 'text' }), 'messages[0].content[0].text', 'Missing required parameter'],
  [part({ type: 'image_url', image_url: 'x' }), 'messages[0].content[0].image_url', 'expected an object'],
  [{ model: 7 }, 'model', 'expected a string'],
  [{ n: 0 }, 'n', 'from 1 to 128, but got 0'],
  [{ n: 1.5 }, 'n', 'expected an integer, but got a decimal'],
  [{ max_tokens: 0 }, 'max_tokens', 'but got 0'],
  [{ max_completion_tokens: '9' }, 'max_completion_tokens', 'expected an integer'],
  [{ stream: 'yes' }, 'stream', 'expected a boolean'],
  [{ stream_options: { include_usage: true } }, 'stream_options', "only allowed when 'stream'"],
  [{ seed: 'x' }, 'seed', 'expected an integer'],
  [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop', 'at most 4'],
  [{ stop: 5 }, 'stop', 'expected a string'],
  [{ top_logprobs: 2 }, 'top_logprobs', "only allowed when 'logprobs'"],
  [{ logprobs: true, top_logprobs: 21 }, 'top_logprobs', 'from 0 to 20'],
  [{ reasoning_effort: 'huge' }, 'reasoning_effort', "'huge' is none of none, minimal"],
  [{ modalities: ['text', 'audio'] }, 'modalities', "'text' alone"],
  [{ response_format: { type: 'xml' } }, 'response_format.type', "'xml' is none of"],
  [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema', 'Missing required'],
  [
    { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { not: {} } } } },
    'response_format.json_schema.schema',
    "does not understand 'not'",
  ],
  [{ tools: [{ type: 'browser' }] }, 'tools[0].type', "'browser' is none of"],
  [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name', 'Missing required'],
  [{ tool_choice: 'required' }, 'tool_choice', "only allowed when 'tools'"],
  [{ tools: [tool], tool_choice: 'sometimes' }, 'tool_choice', "'none', 'auto', 'required'"],
  [{ tools: [tool], tool_choice: { type: 'function', function: { name: 'g' } } }, 'tool_choice', "'g' not found"],
  [
    {
      tools: [
        {
          type: 'custom',
          custom: { name: 'c', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } } },
        },
      ],
    },
    'tools[0].custom.format.grammar.syntax',
    "not by 'lark'",
  ],
])('%j is refused, and the refusal names the field', async (changes, param, words) => {
  const answer = await askSandbox({ model: 'echo', messages: hello, ...changes });
  expect(answer.status).toBe(400);
  expect(answer.headers.get('x-sandbox')).toBe('true');
  expect(await jsonOf(answer)).toEqual({
    error: { message: expect.stringContaining(words), type: 'invalid_request_error', param, code: expect.any(String) },
  });
});

test('an unknown model is not found, and the answer says which there are', async () => {
  const answer = await askSandbox({ model: 'ecko?fail=500', messages: hello });
  expect(answer.status).toBe(404);
  expect(await jsonOf(answer)).toEqual({
    error: {
      message: "The sandbox has no model 'ecko' for this; there are: echo, lorem.",
      type: 'invalid_request_error',
      param: 'model',
      code: 'model_not_found',
    },
  });
});

test('a wrong parameter is refused where it stood, in the name or in the header', async () => {
  const named = await jsonOf(await askSandbox({ model: 'echo?x=1', messages: hello }));
  expect(named).toMatchObject({ error: { param: 'model', code: 'invalid_sandbox_parameter' } });
  const headed = await jsonOf(await askSandbox({ model: 'echo', messages: hello }, { header: 'x=1' }));
  expect(headed).toMatchObject({ error: { param: 'x-trestle-sandbox', code: 'invalid_sandbox_parameter' } });
  expect((await askSandbox({ model: 'echo', messages: hello }, { header: '?fail=418' })).status).toBe(418);
});

test.each([
  [
    'POST',
    'http://sandbox/v1/images',
    '{}',
    404,
    '(POST http://sandbox/v1/images): the sandbox serves …/chat/completions',
  ],
  ['GET', 'http://sandbox/v1/chat/completions', '', 405, 'use POST'],
  ['POST', 'http://sandbox/v1/chat/completions', '', 400, 'could not parse the JSON body'],
  ['POST', 'http://sandbox/v1/chat/completions', '{"model":', 400, 'could not parse the JSON body'],
  ['POST', 'http://sandbox/v1/chat/completions', '[]', 400, 'expected an object'],
] as const)('%s %s with body %s is refused', async (...[method, url, body, ...expected]) => {
  const [status, words] = expected;
  const answer = await sandbox().send({
    method,
    url,
    headers: {},
    body: new TextEncoder().encode(body),
    signal: new AbortController().signal,
  });
  expect(answer.status).toBe(status);
  expect(await jsonOf(answer)).toMatchObject({
    error: { message: expect.stringContaining(words), type: 'invalid_request_error' },
  });
});
