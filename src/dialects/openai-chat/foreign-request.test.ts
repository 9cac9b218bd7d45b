import { describe, expect, test } from 'bun:test';
import { all, bytes } from '../../../test/rooms/openai-said.ts';
import type { ChatRequest } from '../../core/chat.ts';
import type { Json } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Message, Part } from '../../core/message.ts';
import { request } from './request.ts';

/** Requests as another dialect reads them: without a note of how this one would spell them. */
const text = (words: string): Part => ({ type: 'text', text: words });

const image: Part = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', base64: 'AAAA' } };

const imageWire = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

const user = (...parts: Part[]): Message => ({ type: 'message', role: 'user', parts });

const assistant = (...parts: Part[]): Message => ({ type: 'message', role: 'assistant', parts });

const call = (id: string): Part => ({ type: 'tool-call', id, name: 'f', arguments: '{"n":12345678901234567890}' });

const result = (callId: string, ...parts: Part[]): Part => ({ type: 'tool-result', callId, parts });

const results = (...parts: Part[]): Message => ({ type: 'message', role: 'tool', parts });

const foreign: Part = { type: 'opaque', dialect: 'anthropic-messages', wire: { type: 'server_tool_use' } };

describe('results of tools', () => {
  const calls = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"n":12345678901234567890}' } };
  const asked = { role: 'assistant', content: null, tool_calls: [calls, { ...calls, id: 'b' }] };

  test('are a message each, and their pictures one of the user after the last of them', () => {
    const messages = [
      assistant(call('a'), call('b')),
      results(result('a', text('one'), image), result('b', image)),
      user(text('go on')),
    ];
    expect(said({ messages })).toEqual({
      wire: [
        asked,
        { role: 'tool', tool_call_id: 'a', content: 'one' },
        { role: 'tool', tool_call_id: 'b', content: '' },
        { role: 'user', content: [imageWire, imageWire] },
        { role: 'user', content: 'go on' },
      ],
      losses: [
        { path: 'messages[1].parts[0].parts[1]', why: 'moved' },
        { path: 'messages[1].parts[1].parts[0]', why: 'moved' },
      ],
    });
  });

  test('of one turn stay together, however many messages they came in', () => {
    const messages = [
      assistant(call('a'), call('b')),
      results(result('a', image)),
      results(result('b', text('two'), text('three'))),
    ];
    expect(said({ messages })).toEqual({
      wire: [
        asked,
        { role: 'tool', tool_call_id: 'a', content: '' },
        {
          role: 'tool',
          tool_call_id: 'b',
          content: [
            { type: 'text', text: 'two' },
            { type: 'text', text: 'three' },
          ],
        },
        { role: 'user', content: [imageWire] },
      ],
      losses: [{ path: 'messages[1].parts[0].parts[0]', why: 'moved' }],
    });
  });

  test('that failed, or hold what nobody here knows, say so', () => {
    const failed: Part = { type: 'tool-result', callId: 'a', parts: [text('no'), foreign], isError: true };
    const fine: Part = { type: 'tool-result', callId: 'b', parts: [text('yes')], isError: false };
    expect(said({ messages: [results(failed, fine)] })).toEqual({
      wire: [
        { role: 'tool', tool_call_id: 'a', content: 'no' },
        { role: 'tool', tool_call_id: 'b', content: 'yes' },
      ],
      losses: [
        { path: 'messages[0].parts[0].isError', why: 'unsupported' },
        { path: 'messages[0].parts[0].parts[1]', why: 'only-anthropic-messages' },
      ],
    });
  });

  test('keep their pictures where a caller of this dialect put them', () => {
    const wire = { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'one' }, imageWire] };
    const value = request.decode({ kind: 'json', bytes: bytes({ messages: [wire] }) });
    expect(said(value)).toEqual({ wire: [wire], losses: [] });
  });
});

describe('documents', () => {
  const file = (mediaType: string, name?: string): Part => ({
    type: 'file',
    source: { kind: 'base64', mediaType, base64: 'AAAA' },
    ...(name !== undefined && { name }),
  });
  test.each<[string, Part, Json]>([
    ['a PDF', file('application/pdf'), { file_data: 'data:application/pdf;base64,AAAA', filename: 'document.pdf' }],
    ['a text', file('text/plain'), { file_data: 'data:text/plain;base64,AAAA', filename: 'document.txt' }],
    [
      'anything',
      file('application/x-tide'),
      { file_data: 'data:application/x-tide;base64,AAAA', filename: 'document' },
    ],
    [
      'one with a name',
      file('application/pdf', 'a b'),
      { file_data: 'data:application/pdf;base64,AAAA', filename: 'a b' },
    ],
    ['one at the vendor', { type: 'file', source: { kind: 'file', id: 'file-1' } }, { file_id: 'file-1' }],
  ])('%s has a name', (_, part, wire) => {
    expect(said({ messages: [user(text('Read.'), part)] })).toEqual({
      wire: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Read.' },
            { type: 'file', file: wire },
          ],
        },
      ],
      losses: [],
    });
  });

  test('by URL, and pictures by id, have no words here', () => {
    const url: Part = { type: 'file', source: { kind: 'url', url: 'https://a.example/b.pdf' } };
    const id: Part = { type: 'image', source: { kind: 'file', id: 'file_1' } };
    expect(said({ messages: [user(text('Read.'), url, id)] })).toEqual({
      wire: [{ role: 'user', content: 'Read.' }],
      losses: [
        { path: 'messages[0].parts[1]', why: 'no-file-url' },
        { path: 'messages[0].parts[2]', why: 'no-image-file' },
      ],
    });
  });
});

describe('messages', () => {
  test('of which nothing can be said are left out aloud', () => {
    expect(said({ messages: [user(foreign), assistant(foreign), assistant(), user(text('a'))] })).toEqual({
      wire: [{ role: 'user', content: 'a' }],
      losses: [
        { path: 'messages[0].parts[0]', why: 'only-anthropic-messages' },
        { path: 'messages[0]', why: 'empty' },
        { path: 'messages[1].parts[0]', why: 'only-anthropic-messages' },
        { path: 'messages[1]', why: 'empty' },
      ],
    });
  });

  test('of instructions stay where they are', () => {
    const told: Message = { type: 'message', role: 'system', parts: [text('Be brief.'), text('Be kind.')] };
    expect(said({ messages: [told, user(text('a')), { ...told, parts: [text('Be bold.')] }] })).toEqual({
      wire: [
        {
          role: 'system',
          content: [
            { type: 'text', text: 'Be brief.' },
            { type: 'text', text: 'Be kind.' },
          ],
        },
        { role: 'user', content: 'a' },
        { role: 'system', content: 'Be bold.' },
      ],
      losses: [],
    });
  });

  test('tell thoughts beside the content, and their seals where there is room for them', () => {
    const plain: Part = { type: 'reasoning', text: 'Hm.' };
    expect(said({ messages: [assistant(plain, { ...plain, text: ' Well.' }, text('a'))] })).toEqual({
      wire: [{ role: 'assistant', content: 'a', reasoning_content: 'Hm. Well.' }],
      losses: [],
    });
  });

  test('tell losses by the numbers that parts have in the value', () => {
    const sealed: Part = { type: 'text', text: 'b', signature: 's', citations: [{ ...foreign, type: 'opaque' }] };
    const audio: Part = { type: 'audio', source: { kind: 'url', url: 'https://a.example/b.mp3' } };
    const marked: Part = { type: 'custom-call', id: 'c', name: 'f', input: 'x', cacheBreakpoint: {} };
    expect(
      said({ messages: [user(text('a')), assistant({ type: 'reasoning', text: 'r' }, sealed, audio, marked)] }),
    ).toEqual({
      wire: [
        { role: 'user', content: 'a' },
        {
          role: 'assistant',
          content: 'b',
          reasoning_content: 'r',
          tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'f', input: 'x' } }],
        },
      ],
      losses: [
        { path: 'messages[1].parts[1].signature', why: 'unsupported' },
        { path: 'messages[1].parts[2]', why: 'no-audio-url' },
        { path: 'messages[1].parts[3].cacheBreakpoint', why: 'unsupported' },
        { path: 'messages[1].parts[1].citations[0]', why: 'only-anthropic-messages' },
      ],
    });
  });

  test('carry what another dialect says of them, and that is told unless it says nothing', () => {
    const extras = { 'anthropic-messages': { a: 1, b: null, c: {}, d: [], e: '', f: false } };
    expect(said({ messages: [user({ type: 'text', text: 'a', extras })] })).toEqual({
      wire: [{ role: 'user', content: 'a' }],
      losses: [
        { path: 'messages[0].parts[0].a', why: 'unsupported' },
        { path: 'messages[0].parts[0].f', why: 'unsupported' },
      ],
    });
  });

  test('that an assistant goes on in, before its calls are answered, are one', () => {
    const messages = [
      user(text('go')),
      assistant(text('one'), call('a')),
      assistant(call('b')),
      assistant(text('two'), foreign),
      results(result('a', text('x')), result('b', text('y'))),
      assistant(text('three')),
      assistant(text('four')),
    ];
    const wireCall = (id: string) => ({
      ...{ id, type: 'function', function: { name: 'f', arguments: '{"n":12345678901234567890}' } },
    });
    expect(said({ messages })).toEqual({
      wire: [
        { role: 'user', content: 'go' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'one' },
            { type: 'text', text: 'two' },
          ],
          tool_calls: [wireCall('a'), wireCall('b')],
        },
        { role: 'tool', tool_call_id: 'a', content: 'x' },
        { role: 'tool', tool_call_id: 'b', content: 'y' },
        { role: 'assistant', content: 'three' },
        { role: 'assistant', content: 'four' },
      ],
      losses: [
        { path: 'messages[3].parts[1]', why: 'only-anthropic-messages' },
        { path: 'messages[1]', why: 'part-order' },
      ],
    });
  });

  test('keep their marks for a cache, but not on calls, where there is no place for them', () => {
    const asked: Part = { type: 'tool-call', id: 'a', name: 'f', arguments: '{}', cacheBreakpoint: {} };
    expect(said({ messages: [assistant(asked)] })).toEqual({
      wire: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
      ],
      losses: [{ path: 'messages[0].parts[0].cacheBreakpoint', why: 'unsupported' }],
    });

    expect(said({ messages: [user({ type: 'text', text: 'a', cacheBreakpoint: { ttl: '1h' } })] }).wire).toEqual([
      {
        role: 'user',
        content: [{ type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '1h' } }],
      },
    ]);
  });
});

function said(value: ChatRequest): { readonly wire: unknown; readonly losses: readonly Loss[] } {
  const { wire, losses } = all(value);
  return { wire: Object(wire).messages, losses };
}
