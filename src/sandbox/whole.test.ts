import { describe, expect, test } from 'bun:test';
import { askSandbox, at, jsonOf } from '../../test/fakes/sandbox.ts';
import { schemaFaults } from '../../test/fakes/schema-check.ts';
import type { Json, JsonObject } from '../core/json.ts';

const user = (content: Json): JsonObject => ({ role: 'user', content });
const ask = async (changes: JsonObject): Promise<JsonObject> =>
  jsonOf(await askSandbox({ model: 'echo', messages: [user('Hello, wide world')], ...changes }));
const text = (answer: JsonObject, index = 0): Json | undefined => at(answer, 'choices', index, 'message', 'content');
const finish = (answer: JsonObject, index = 0): Json | undefined => at(answer, 'choices', index, 'finish_reason');

test('echo repeats the last user message, and says that it is the sandbox', async () => {
  const answer = await askSandbox({
    model: 'echo',
    messages: [
      user('first'),
      { role: 'assistant', content: 'no' },
      user(' Grüße,\n世界 🌉 '),
      { role: 'system', content: 's' },
    ],
  });
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toEqual({
    'content-type': 'application/json',
    'x-request-id': 'req_2',
    'x-sandbox': 'true',
  });
  expect(await jsonOf(answer)).toEqual({
    id: 'chatcmpl_1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'sandbox/echo',
    system_fingerprint: 'sandbox',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: ' Grüße,\n世界 🌉 ', refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 3 + 5 + 5 + (4 + 4) + 5,
      completion_tokens: 4,
      total_tokens: 30,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
  });
});

test('echo names what is no text, and counts it', async () => {
  const answer = await ask({
    messages: [
      user([
        { type: 'text', text: 'See' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(1003)}` } },
        { type: 'input_audio', input_audio: { data: 'A'.repeat(640), format: 'wav' } },
        { type: 'file', file: { file_id: 'file-1' } },
      ]),
    ],
  });
  expect(text(answer)).toBe('See\n[image]\n[audio]\n[file]');
  expect(at(answer, 'usage', 'prompt_tokens')).toBe(3 + 4 + 1 + 17 + 10 + 256);
  expect(at(answer, 'usage', 'prompt_tokens_details', 'audio_tokens')).toBe(10);
});

test('the output limit holds exactly, and what is cut says so', async () => {
  const answer = await ask({ max_completion_tokens: 2 });
  expect(text(answer)).toBe('Hello, wide');
  expect(finish(answer)).toBe('length');
  expect(at(answer, 'usage', 'completion_tokens')).toBe(2);
  expect(finish(await ask({ max_tokens: 3 }))).toBe('stop');
});

test('an answer ends before a stop sequence', async () => {
  expect(text(await ask({ stop: [' world', 'wide'] }))).toBe('Hello, ');
  expect(text(await ask({ stop: 'absent' }))).toBe('Hello, wide world');
});

test('reasoning is counted inside the output and its limit', async () => {
  const answer = await ask({ reasoning_effort: 'medium' });
  expect(at(answer, 'usage', 'completion_tokens')).toBe(3 + 16);
  expect(at(answer, 'usage', 'completion_tokens_details', 'reasoning_tokens')).toBe(16);
  const limited = await ask({ reasoning_effort: 'max', max_tokens: 5, messages: [user('a b c d e f g h')] });
  expect(text(limited)).toBe('a b c');
  expect(at(limited, 'usage', 'completion_tokens')).toBe(5);
  expect(at(limited, 'usage', 'completion_tokens_details', 'reasoning_tokens')).toBe(2);
});

describe('lorem', () => {
  const write = async (changes: JsonObject): Promise<JsonObject> => ask({ model: 'lorem', ...changes });

  test('writes as much as is asked for, and 64 words if nothing is', async () => {
    const usual = await write({});
    expect(at(usual, 'usage', 'completion_tokens')).toBe(64);
    expect(finish(usual)).toBe('stop');
    const limited = await write({ max_tokens: 10 });
    expect(at(limited, 'usage', 'completion_tokens')).toBe(10);
    expect(finish(limited)).toBe('length');
    expect(at(await write({ model: 'lorem?tokens=2000' }), 'usage', 'completion_tokens')).toBe(2000);
    expect(at(await write({ max_tokens: 10 ** 9 }), 'usage', 'completion_tokens')).toBe(16_384);
  });

  test('that comes upon a stop sequence has not come to its limit', async () => {
    expect(finish(await write({ max_tokens: 500, stop: ['.'] }))).toBe('stop');
  });

  test('writes the same for the same seed, or else for the same prompt', async () => {
    const other = [user('Something else')];
    expect(text(await write({ seed: 7 }))).toBe(text(await write({ seed: 7, messages: other })));
    expect(text(await write({ seed: 7 }))).not.toBe(text(await write({ seed: 8 })));
    expect(text(await write({}))).toBe(text(await write({})));
    expect(text(await write({}))).not.toBe(text(await write({ messages: other })));
  });

  test('gives alternatives that differ, and counts them all', async () => {
    const answer = await write({ n: 3, max_tokens: 20 });
    expect(new Set([0, 1, 2].map((index) => text(answer, index))).size).toBe(3);
    expect(at(answer, 'usage', 'completion_tokens')).toBe(60);
  });
});

describe('tools', () => {
  const parameters = {
    type: 'object',
    properties: {
      city: { type: 'string', minLength: 3 },
      unit: { type: 'string', enum: ['c', 'f'] },
      days: { type: 'integer', minimum: 1, maximum: 7 },
    },
    required: ['city', 'unit'],
    additionalProperties: false,
  };
  const weather = { type: 'function', function: { name: 'weather', parameters } };
  const clock = { type: 'function', function: { name: 'clock' } };
  const note = { type: 'custom', custom: { name: 'note' } };
  const code = {
    type: 'custom',
    custom: { name: 'code', format: { type: 'grammar', grammar: { syntax: 'regex', definition: '^[A-Z]{4}$' } } },
  };
  const tools = [weather, clock, note, code];
  const call = async (tool_choice: Json, more: JsonObject = {}): Promise<Json | undefined> =>
    at(await ask({ tools, tool_choice, ...more }), 'choices', 0);

  test('are called with fitting arguments when a call is demanded', async () => {
    const choice = await call('required');
    expect(choice).toMatchObject({
      message: { content: null, tool_calls: [{ id: 'call_2', type: 'function', function: { name: 'weather' } }] },
      finish_reason: 'tool_calls',
    });
    const spelled = at(choice, 'message', 'tool_calls', 0, 'function', 'arguments');
    expect(schemaFaults(JSON.parse(String(spelled)), parameters)).toEqual([]);
  });

  test('are called by name, with an empty object where no parameters are described', async () => {
    const choice = await call({ type: 'function', function: { name: 'clock' } });
    expect(at(choice, 'message', 'tool_calls', 0, 'function')).toEqual({ name: 'clock', arguments: '{}' });
  });

  test('that take text are given text, by their grammar if they have one', async () => {
    const free = await call({ type: 'custom', custom: { name: 'note' } });
    expect(at(free, 'message', 'tool_calls', 0)).toEqual({
      id: 'call_2',
      type: 'custom',
      custom: { name: 'note', input: 'Hello, wide world' },
    });
    const ruled = await call({ type: 'custom', custom: { name: 'code' } });
    expect(at(ruled, 'message', 'tool_calls', 0, 'custom', 'input')).toMatch(/^[A-Z]{4}$/);
  });

  test('of which only some are allowed are called among these', async () => {
    const allowed = { mode: 'required', tools: [{ type: 'function', function: { name: 'clock' } }] };
    const choice = await call({ type: 'allowed_tools', allowed_tools: allowed });
    expect(at(choice, 'message', 'tool_calls', 0, 'function', 'name')).toBe('clock');
  });

  test.each<[Json]>([
    ['auto'],
    ['none'],
    [null],
    [{ type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [{ type: 'custom', custom: { name: 'note' } }] } }],
  ])('are left alone with tool_choice %p', async (choice) => {
    expect(at(await call(choice), 'message')).toMatchObject({ content: 'Hello, wide world' });
  });

  test('have answered: then there is text', async () => {
    const messages = [
      user('What?'),
      { role: 'assistant', tool_calls: [] },
      { role: 'tool', tool_call_id: 'call_2', content: 'sunny' },
    ];
    expect(await call('required', { messages })).toMatchObject({
      message: { content: 'What?' },
      finish_reason: 'stop',
    });
  });

  test('are called several at once if that is asked for and not forbidden', async () => {
    const names = (choice: Json | undefined): readonly Json[] =>
      [at(choice, 'message', 'tool_calls') ?? []]
        .flat()
        .map((each) => at(each, 'function', 'name') ?? at(each, 'custom', 'name') ?? null);
    expect(names(await call('auto', { model: 'echo?tool_calls=5' }))).toEqual([
      'weather',
      'clock',
      'note',
      'code',
      'weather',
    ]);
    expect(names(await call('auto', { model: 'echo?tool_calls=5', parallel_tool_calls: false }))).toEqual(['weather']);
    expect(names(await call('required', { model: 'echo?tool_calls=0' }))).toEqual([]);
  });

  test('in the older spelling are called in the older spelling', async () => {
    const answer = await ask({ functions: [{ name: 'weather', parameters }], function_call: { name: 'weather' } });
    expect(at(answer, 'choices', 0)).toMatchObject({
      message: { content: null, function_call: { name: 'weather' } },
      finish_reason: 'function_call',
    });
  });

  test('have their arguments cut by the output limit, as a model would', async () => {
    const choice = await call('required', { max_tokens: 1 });
    expect(choice).toMatchObject({
      finish_reason: 'length',
      message: { tool_calls: [{ function: { name: 'weather' } }] },
    });
    expect(() => JSON.parse(String(at(choice, 'message', 'tool_calls', 0, 'function', 'arguments')))).toThrow();
  });
});

describe('response_format', () => {
  test('json_schema is obeyed', async () => {
    const schema = {
      type: 'object',
      properties: {
        steps: { type: 'array', items: { $ref: '#/$defs/step' }, minItems: 2 },
        answer: { type: ['number', 'null'] },
      },
      $defs: {
        step: {
          type: 'object',
          properties: { why: { type: 'string' } },
          required: ['why'],
          additionalProperties: false,
        },
      },
      required: ['steps', 'answer'],
      additionalProperties: false,
    };
    const format = { type: 'json_schema', json_schema: { name: 'solution', strict: true, schema } };
    for (const model of ['echo', 'lorem']) {
      const answer = await ask({ model, response_format: format });
      expect(schemaFaults(JSON.parse(String(text(answer))), schema)).toEqual([]);
      expect(finish(answer)).toBe('stop');
    }
  });

  test('text is the same as nothing', async () => {
    expect(text(await ask({ response_format: { type: 'text' } }))).toBe('Hello, wide world');
  });

  test('json_object gives an object', async () => {
    expect(JSON.parse(String(text(await ask({ response_format: { type: 'json_object' } }))))).toEqual({
      text: 'Hello, wide world',
    });
  });
});

test('likelihoods are given for every token when they are asked for', async () => {
  const answer = await ask({ logprobs: true, top_logprobs: 3 });
  const content = [at(answer, 'choices', 0, 'logprobs', 'content') ?? []].flat();
  expect(content.map((each) => at(each, 'token') ?? null)).toEqual(['Hello,', ' wide', ' world']);
  for (const each of content) {
    const top = [at(each, 'top_logprobs') ?? []].flat();
    expect(top).toHaveLength(3);
    expect(top[0]).toEqual({
      token: at(each, 'token') ?? '',
      logprob: at(each, 'logprob') ?? 0,
      bytes: at(each, 'bytes') ?? [],
    });
    expect(at(each, 'logprob')).toBeLessThanOrEqual(0);
    expect(at(each, 'bytes')).toEqual([...new TextEncoder().encode(String(at(each, 'token')))]);
  }
});

test('no alternatives are named beside a token unless they are asked for', async () => {
  expect(at(await ask({ logprobs: true }), 'choices', 0, 'logprobs', 'content', 0, 'top_logprobs')).toEqual([]);
});

test('a service tier is answered with the one that there is', async () => {
  expect(at(await ask({ service_tier: 'flex' }), 'service_tier')).toBe('default');
});
