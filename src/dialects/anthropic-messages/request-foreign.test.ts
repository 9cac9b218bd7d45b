import { describe, expect, test } from 'bun:test';
import { encoded } from '../../../test/rooms/anthropic-encoded.ts';
import type { Json } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Message, Part, RoleMessage } from '../../core/message.ts';

const pdf = 'JVBERi0x';

const picture = 'iVBORw0KGgo';

const url = { kind: 'url', url: 'https://a.example/b' } as const;

const wireUrl = { type: 'url', url: 'https://a.example/b' };

describe('the turns of another dialect', () => {
  test('all that instructs the model stands at the top, and what came late is told', () => {
    const messages = [
      said('system', 'a'),
      said('developer', 'b'),
      said('user', 'c'),
      said('system', 'd'),
      said('user', 'e'),
    ];
    expect(encoded({ messages })).toEqual({
      system: [text('a'), text('b'), text('d')],
      messages: [turn('user', 'c'), turn('user', 'e')],
      lost: [{ path: 'messages[3]', why: 'hoisted' }],
    });
  });

  test('a single instruction is a string', () => {
    expect(encoded({ messages: [said('system', 'a'), said('user', 'b')] })).toEqual({
      system: 'a',
      messages: [turn('user', 'b')],
      lost: [],
    });
  });

  test('results of several tools and what the user says next are one turn, the results first', () => {
    const calls = { ...said('assistant'), parts: [call('t1', '{"a":1}'), call('t2', '')] };
    const messages = [calls, gave('t1', 'x'), gave('t2', 'y'), said('user', 'z'), said('user', 'again')];
    expect(encoded({ messages })).toEqual({
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } },
            { type: 'tool_use', id: 't2', name: 'f', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: 'x' },
            { type: 'tool_result', tool_use_id: 't2', content: 'y' },
            text('z'),
          ],
        },
        turn('user', 'again'),
      ],
      lost: [],
    });
  });

  test('a message that says nothing is left out, and so is an empty text; where a turn goes, that is told', () => {
    const messages = [said('user', ''), said('system', ''), said('assistant'), said('user', 'a', '')];
    expect(encoded({ messages })).toEqual({
      messages: [turn('user', 'a')],
      lost: [{ path: 'messages[0]', why: 'empty' }],
    });
  });

  test('what another dialect adds to a message is told of', () => {
    const messages = [{ ...said('user', 'a'), extras: { 'openai-chat': { name: 'n' } } }];
    expect(encoded({ messages })).toEqual({
      messages: [turn('user', 'a')],
      lost: [{ path: 'messages[0].name', why: 'unsupported' }],
    });
  });

  test('space alone is told of', () => {
    expect(encoded({ messages: [said('user', 'a', ' \n')] })).toEqual({
      messages: [turn('user', 'a')],
      lost: [{ path: 'messages[0].parts[1]', why: 'blank' }],
    });
  });

  test('a call of a tool that there cannot be goes with its result', () => {
    const made: Part = { type: 'custom-call', id: 'c', name: 'g', input: 'x' };
    const messages: readonly Message[] = [
      said('user', 'a'),
      { type: 'message', role: 'assistant', parts: [made, call('t1', '{}')] },
      gave('c', 'x'),
      gave('t1', 'y'),
    ];
    expect(encoded({ messages })).toEqual({
      messages: [
        turn('user', 'a'),
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'y' }] },
      ],
      lost: [
        { path: 'messages[1].parts[0]', why: 'no-custom-tools' },
        { path: 'messages[2].parts[0]', why: 'no-custom-tools' },
      ],
    });
  });

  test('an id with characters that the vendor refuses is the same other one in a call and its result', () => {
    const { messages } = encoded({
      messages: [
        { type: 'message', role: 'assistant', parts: [call('f.g:0', '{}')] },
        gave('f.g:0', 'x'),
        gave('f_g:0', 'y'),
      ],
    });
    expect(messages).toEqual([
      { role: 'assistant', content: [{ type: 'tool_use', id: 'f_x2eg_x3a0', name: 'f', input: {} }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'f_x2eg_x3a0', content: 'x' },
          { type: 'tool_result', tool_use_id: 'f_g_x3a0', content: 'y' },
        ],
      },
    ]);
  });
});

describe('a part of another dialect', () => {
  test.each<[string, Part, Json | undefined, readonly Loss[]]>([
    ['an image', image({ detail: 'auto' }), picked('image/png'), []],
    ['an image to look at closely', image({ detail: 'high' }), picked('image/png'), [lost('detail')]],
    ['an image by URL', { type: 'image', source: url }, { type: 'image', source: wireUrl }, []],
    ['an image of a kind that is not said', { type: 'image', source: bytes(picture) }, picked('image/png'), []],
    ['a PDF', file('application/pdf', pdf, 'a.pdf'), document(pdf, { title: 'a.pdf' }), []],
    ['a PDF that does not say so', { type: 'file', source: bytes(pdf) }, document(pdf), []],
    ['a text', file('text/plain', 'SGk='), textDocument('Hi'), []],
    ['a text of a kind', file('text/csv', 'YSxi'), textDocument('a,b'), [lost('source.mediaType', 'plain-text')]],
    ['a text of no characters', file('text/plain', '/w=='), undefined, [lost('', 'no-utf-8')]],
    ['an image as a file', file('image/png', picture, 'b.png'), picked('image/png'), [lost('name')]],
    ['a table', file('application/vnd.ms-excel', 'AAAA'), undefined, [lost('')]],
    ['a file of no known kind', { type: 'file', source: bytes('AAAA') }, undefined, [lost('')]],
    ['a file by URL', { type: 'file', source: url }, { type: 'document', source: wireUrl }, []],
    ['a sound', { type: 'audio', source: bytes('AAAA') }, undefined, [lost('')]],
    ['a refusal', { type: 'refusal', text: 'No.' }, text('No.'), [lost('', 'as-text')]],
    [
      'a thought with its seal',
      { type: 'reasoning', text: 'hm', signature: 's' },
      { type: 'thinking', thinking: 'hm', signature: 's' },
      [],
    ],
    ['a thought without a seal', { type: 'reasoning', text: 'hm' }, undefined, [lost('', 'unsigned')]],
    [
      'a hidden thought',
      { type: 'reasoning', encrypted: 'e', id: 'r' },
      { type: 'redacted_thinking', data: 'e' },
      [lost('id')],
    ],
    [
      'a breakpoint',
      { type: 'text', text: 'a', cacheBreakpoint: { ttl: '1h' } },
      { ...text('a'), cache_control: { type: 'ephemeral', ttl: '1h' } },
      [],
    ],
    [
      'a citation',
      { type: 'text', text: 'a', citations: [{ type: 'citation', url: 'https://a.example' }] },
      text('a'),
      [lost('citations[0]', 'unsigned')],
    ],
    [
      'broken arguments',
      call('t', '{"a":'),
      { type: 'tool_use', id: 't', name: 'f', input: {} },
      [lost('arguments', 'no-json-object')],
    ],
    [
      'a signature on a call',
      { ...call('t', '{}'), signature: 's' },
      { type: 'tool_use', id: 't', name: 'f', input: {} },
      [lost('signature')],
    ],
    [
      'what only another dialect knows',
      { type: 'opaque', dialect: 'openai-chat', wire: {} },
      undefined,
      [lost('', 'only-openai-chat')],
    ],
    [
      'what another dialect adds',
      { type: 'text', text: 'a', extras: { 'openai-chat': { x: 1 } } },
      text('a'),
      [lost('x')],
    ],
  ])('%s', (...[, part, block, losses]) => {
    const { messages, lost: told } = encoded({
      messages: [{ type: 'message', role: 'assistant', parts: [text('b'), part] }],
    });
    const content = block === undefined ? 'b' : [text('b'), block];
    expect({ messages, told }).toEqual({ messages: [{ role: 'assistant', content }], told: losses });
  });

  test('in a result of a tool is told of where it stands', () => {
    const result: Part = {
      type: 'tool-result',
      callId: 't',
      name: 'f',
      parts: [text('a'), { type: 'audio', source: bytes('AAAA') }],
    };
    expect(encoded({ messages: [{ type: 'message', role: 'tool', parts: [result] }] })).toEqual({
      messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [text('a')] }] }],
      lost: [
        { path: 'messages[0].parts[0].name', why: 'unsupported' },
        { path: 'messages[0].parts[0].parts[1]', why: 'unsupported' },
      ],
    });
  });
});

function said(role: RoleMessage['role'], ...texts: readonly string[]): RoleMessage {
  return { type: 'message', role, parts: texts.map(text) };
}

function turn(role: string, content: string): Json {
  return { role, content };
}

function text(one: string): { readonly type: 'text'; readonly text: string } {
  return { type: 'text', text: one };
}

function call(id: string, args: string): Extract<Part, { readonly type: 'tool-call' }> {
  return { type: 'tool-call', id, name: 'f', arguments: args };
}

function gave(callId: string, one: string): RoleMessage {
  return { type: 'message', role: 'tool', parts: [{ type: 'tool-result', callId, parts: [text(one)] }] };
}

function bytes(base64: string) {
  return { kind: 'base64', base64 } as const;
}

function image(more: { readonly detail: string }): Part {
  return { type: 'image', source: { ...bytes(picture), mediaType: 'image/png' }, ...more };
}

function file(mediaType: string, base64: string, name?: string): Part {
  return { type: 'file', source: { ...bytes(base64), mediaType }, ...(name !== undefined && { name }) };
}

function picked(mediaType: string): Json {
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data: picture } };
}

function document(data: string, more: { readonly title?: string } = {}): Json {
  return { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data }, ...more };
}

function textDocument(data: string): Json {
  return { type: 'document', source: { type: 'text', media_type: 'text/plain', data } };
}

/** What a part, the second of its message, lost. */
function lost(member: string, why = 'unsupported'): Loss {
  return { path: `messages[0].parts[1]${member === '' ? '' : `.${member}`}`, why };
}
