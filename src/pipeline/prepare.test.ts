import { describe, expect, test } from 'bun:test';
import { Failure } from '../core/failure.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { received, type WireBody } from '../core/payload.ts';
import type { FetchMedia } from '../core/ports.ts';
import { anthropicMessages, anthropicTokenCount } from '../dialects/anthropic-messages/index.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';
import type { ModelTraits } from '../providers/model-traits.ts';
import { type Preparable, type Prepared, prepare, prepareUnfetched } from './prepare.ts';
import { sealText } from './translation/seal.ts';

const dialects: readonly Dialect[] = [openaiChat, anthropicMessages, anthropicTokenCount];
const picture: FetchMedia = async () => ({ mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) });

interface Asked {
  readonly caller: Dialect;
  readonly target: Dialect;
  readonly body: JsonObject;
  readonly traits?: Partial<ModelTraits>;
  readonly fetchMedia?: FetchMedia;
}

function wireOf(body: JsonObject): WireBody {
  return { kind: 'json', bytes: new TextEncoder().encode(JSON.stringify(body)) };
}

function callOf({ caller, body }: Asked): Preparable {
  const wire = wireOf(body);
  return {
    operation: caller.operation,
    dialect: caller.name,
    signal: new AbortController().signal,
    envelope: caller.request.envelope(wire),
    payload: received(caller.name, wire, caller.request.decode),
    target: { provider: 'them', model: 'model-1' },
  };
}

function askingOf({ target, traits }: Asked) {
  const provider = { name: 'them', baseUrl: 'http://them.invalid' };
  const offer = { dialect: target, path: '/ask', traits: [{ match: '*', cacheBreakpoints: true, ...traits } as const] };
  return { provider, offer };
}

function prepared(asked: Asked): Promise<Prepared> {
  return prepare(callOf(asked), askingOf(asked), { dialects, fetchMedia: asked.fetchMedia ?? picture });
}

function said({ body }: Prepared): JsonObject {
  return JSON.parse(new TextDecoder().decode(body.bytes));
}

const text = (words: string): JsonObject => ({ type: 'text', text: words });
const image: JsonObject = { type: 'image', source: { type: 'url', url: 'https://pictures.example/a.png' } };
const messages = (...content: Json[]): JsonObject => ({
  model: 'alias',
  max_tokens: 9,
  messages: [{ role: 'user', content }],
});

describe('a request in the dialect of its target', () => {
  test('goes on in its own bytes, but for the model', async () => {
    const asked = { caller: anthropicMessages, target: anthropicMessages, body: messages(text('Hi')) };
    expect(await prepared(asked)).toMatchObject({ passedThrough: true, lost: [], emulated: [], edits: [] });
    expect(said(await prepared(asked))).toEqual({ ...asked.body, model: 'model-1' });
    expect((await prepared(asked)).url).toBe('http://them.invalid/ask');
  });

  test('is read where it carries a seal, and stays what it is but for that', async () => {
    const sealed = sealText({
      provider: 'them',
      dialect: 'openai-chat',
      reasoning: [{ type: 'reasoning', text: 'x' }],
    });
    const thought = { type: 'thinking', thinking: 'x', signature: sealed ?? '' };
    const odd = { cache_control: { type: 'ephemeral' }, top_k: 5, unknown: { member: true } };
    const history = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [thought, text('Hello'), text('you')] },
      { role: 'user', content: 'So?' },
    ];
    const done = await prepared({
      caller: anthropicMessages,
      target: anthropicMessages,
      body: { model: 'alias', max_tokens: 9, messages: history, ...odd },
      traits: { lacks: ['topK'], maxOutputTokens: 1 },
    });
    expect(done).toMatchObject({
      passedThrough: false,
      lost: [{ path: 'messages[1].content[0]', why: 'other-model' }],
    });
    expect(said(done)).toEqual({
      model: 'model-1',
      max_tokens: 9,
      messages: [history[0], { role: 'assistant', content: [text('Hello'), text('you')] }, history[2]],
      ...odd,
    } as never);
    const counted = await prepared({
      caller: anthropicTokenCount,
      target: anthropicTokenCount,
      body: { model: 'alias', messages: history },
    });
    expect(said(counted)['messages']).toEqual(said(done)['messages'] as never);
  });

  test('has media put in only where its model takes no URLs, and nothing else is different then', async () => {
    const body = messages(text('What?'), image);
    const asked = { caller: anthropicMessages, target: anthropicMessages, body };
    expect((await prepared(asked)).passedThrough).toBeTrue();
    const elsewhere = { ...asked, traits: { inline: ['file'] } as const };
    expect((await prepared(elsewhere)).passedThrough).toBeTrue();
    const inlined = await prepared({ ...asked, traits: { inline: ['image'] } });
    expect(inlined).toMatchObject({
      passedThrough: false,
      lost: [],
      emulated: [{ path: 'messages[0].content[1]', how: 'fetched' }],
    });
    const source = { type: 'base64', media_type: 'image/png', data: 'AQID' };
    expect(said(inlined)).toEqual({ ...messages(text('What?'), { type: 'image', source }), model: 'model-1' });
  });

  test('has its media fetched once, however often it is tried', async () => {
    const asked: string[] = [];
    const fetchMedia: FetchMedia = async (url, wanted) => {
      asked.push(url);
      return await picture(url, wanted);
    };
    const trying: Asked = {
      ...{ caller: anthropicMessages, target: anthropicMessages, body: messages(image), traits: { inline: ['image'] } },
    };
    const call = callOf(trying);
    const tools = { dialects, fetchMedia };
    const first = await prepare(call, askingOf(trying), tools);
    const again = await prepare({ ...call }, askingOf(trying), tools);
    expect(said(again)).toEqual(said(first));
    expect(asked).toEqual(['https://pictures.example/a.png']);
  });

  test('to be seen alone has nothing fetched, but what would be is told', () => {
    const asked = { caller: anthropicMessages, target: anthropicMessages, body: messages(image) };
    const { fetchMedia: _, ...tools } = { dialects, fetchMedia: undefined };
    const inlined = prepareUnfetched(callOf(asked), askingOf({ ...asked, traits: { inline: ['image'] } }), tools);
    expect(inlined).toMatchObject({ wouldFetch: ['https://pictures.example/a.png'], passedThrough: false });
    expect(prepareUnfetched(callOf(asked), askingOf(asked), tools).passedThrough).toBeTrue();
  });
});

describe('a place in a translated request', () => {
  test('is told where it stands in the caller’s, whatever was taken away or put in before it', async () => {
    const thought = { type: 'thinking', thinking: 'x', signature: 'own' };
    const searched = { type: 'search_result', source: 's', title: 't', content: [text('x')] };
    const body: JsonObject = {
      model: 'alias',
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [thought, text('Hello'), searched] },
        { role: 'user', content: 'So?' },
      ],
    };
    const { lost } = await prepared({ caller: anthropicMessages, target: openaiChat, body });
    expect(lost).toEqual([
      { path: 'messages[1].content[0]', why: 'other-model' },
      { path: 'messages[1].content[2]', why: 'only-anthropic-messages' },
    ]);
  });

  test('of a thought that is taken away is its own, not that of the call behind it', async () => {
    const call: JsonObject = { id: 'c1', type: 'function', function: { name: 'look', arguments: '{}' } };
    const details = [{ type: 'reasoning.encrypted', data: 'x', id: 'rs_1' }];
    const history = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, reasoning_details: details, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: 'x' },
    ];
    const back = await prepared({
      caller: openaiChat,
      target: anthropicMessages,
      body: { model: 'alias', messages: history },
    });
    expect(back.lost).toEqual([{ path: 'messages[1].reasoning_details[0]', why: 'other-model' }]);
    const use = { type: 'tool_use', id: 'c1', name: 'look', input: {}, odd: 1 };
    const turn = { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'own' }, use] };
    const there = await prepared({
      caller: anthropicMessages,
      target: openaiChat,
      body: { ...messages(text('Hi')), messages: [{ role: 'user', content: 'Hi' }, turn] },
    });
    expect(there.lost).toEqual([
      { path: 'messages[1].content[0]', why: 'other-model' },
      { path: 'messages[1].content[1].odd', why: 'unsupported' },
    ]);
  });

  test('of a tool has the number that the caller gave it', async () => {
    const tool = (name: string, more: JsonObject = {}): JsonObject => ({
      type: 'function',
      function: { name, ...more },
    });
    const allowed = { mode: 'auto', tools: [tool('c')] };
    const body: JsonObject = {
      model: 'alias',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [tool('a'), tool('b'), tool('c', { odd: 1 })],
      tool_choice: { type: 'allowed_tools', allowed_tools: allowed },
      response_format: { type: 'json_schema', json_schema: { name: 'form', schema: { type: 'object' }, odd: 1 } },
    };
    const done = await prepared({ caller: openaiChat, target: anthropicMessages, body, traits: { outputs: [] } });
    expect(done.lost.map(({ path }) => path)).toEqual(['response_format.json_schema', 'tools[2].function.odd']);
    expect(done.emulated).toEqual([{ path: 'response_format', how: 'forced-tool' }]);
    expect(said(done)['tools']).toMatchObject([{ name: 'c' }, { name: 'form' }]);
    expect(done.edits).toHaveLength(1);
  });

  test('of a medium that cannot be fetched is told in the caller’s words', async () => {
    const refused: FetchMedia = async () => {
      throw new Failure('request-invalid', 'It is no image.');
    };
    const asked = {
      caller: anthropicMessages,
      target: openaiChat,
      body: messages(text('What?'), image),
      traits: { inline: ['image'] } as const,
      fetchMedia: refused,
    };
    const thrown = await prepared(asked).catch((failure: unknown) => failure);
    expect(thrown).toMatchObject({ kind: 'request-invalid', details: { param: 'messages[0].content[1]' } });
  });
});

test('headers that are part of a dialect go with what is spelled in it', async () => {
  const asked = {
    caller: openaiChat,
    target: anthropicMessages,
    body: { model: 'alias', messages: [{ role: 'user', content: 'Hi' }] },
  };
  expect((await prepared(asked)).headers).toMatchObject({
    'content-type': 'application/json',
    'anthropic-version': expect.any(String),
  });
});
