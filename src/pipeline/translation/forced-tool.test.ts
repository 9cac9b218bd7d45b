import { describe, expect, test } from 'bun:test';
import type { ChatEvent, ChatResponse } from '../../core/chat.ts';
import type { Part } from '../../core/message.ts';
import { composed } from './answer-edit.ts';
import { forcedToolAnswer } from './forced-tool.ts';

const edit = forcedToolAnswer('answer');
const call = (name: string, text: string): Part => ({ type: 'tool-call', id: name, name, arguments: text });

function whole(...parts: Part[]): ChatResponse {
  return {
    choices: [
      {
        index: 0,
        message: { type: 'message', role: 'assistant', parts },
        finish: { reason: 'tool-calls', raw: { dialect: 'anthropic-messages', wire: 'tool_use' } },
      },
    ],
  };
}

describe('a whole answer to an emulated form of output', () => {
  test('has the arguments as its text, and stopped by itself', () => {
    const [choice] = edit.whole(whole({ type: 'reasoning', text: 'hm' }, call('answer', '{"a":1}'))).choices;
    expect(choice).toEqual({
      index: 0,
      message: {
        type: 'message',
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: '{"a":1}' },
        ],
      },
      finish: { reason: 'stop' },
    });
    expect(edit.whole(whole(call('answer', ''))).choices[0]?.message.parts).toEqual([{ type: 'text', text: '{}' }]);
  });

  test('still stopped for the caller’s own tools, and is left alone if it called no other', () => {
    const both = edit.whole(whole(call('answer', '{}'), call('look', '{}'))).choices[0];
    expect(both?.finish?.reason).toBe('tool-calls');
    expect(both?.message.parts.map(({ type }) => type)).toEqual(['text', 'tool-call']);
    const other = whole(call('look', '{}'));
    expect(edit.whole(other)).toEqual(other);
  });

  test('that was cut off says so', () => {
    const [choice] = edit.whole({
      choices: whole(call('answer', '{"a"')).choices.map((one) => ({ ...one, finish: { reason: 'length' } })),
    }).choices;
    expect(choice?.finish).toEqual({ reason: 'length' });
  });
});

describe('a streamed answer to an emulated form of output', () => {
  const start = (name: string, number: number, part?: number): ChatEvent => ({
    type: 'tool-call-start',
    choice: 0,
    call: number,
    kind: 'function',
    id: name,
    name,
    ...(part !== undefined && { part }),
  });
  const more = (number: number, text: string, part?: number): ChatEvent => ({
    type: 'tool-call-delta',
    choice: 0,
    call: number,
    text,
    ...(part !== undefined && { part }),
  });
  const begin = (part: number): ChatEvent => ({ type: 'part-start', choice: 0, part, kind: 'tool-call' });
  const end = (part: number): ChatEvent => ({ type: 'part-end', choice: 0, part });
  const finish: ChatEvent = { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } };
  const text = (said: string, part?: number): ChatEvent => ({
    type: 'text-delta',
    choice: 0,
    text: said,
    ...(part !== undefined && { part }),
  });
  const edited = (...events: ChatEvent[]): readonly ChatEvent[] => events.flatMap(edit.stream());

  test('has the arguments as its text, part by part', () => {
    expect(edited(begin(0), start('answer', 0, 0), more(0, '{"a"', 0), more(0, ':1}', 0), end(0), finish)).toEqual([
      { type: 'part-start', choice: 0, part: 0, kind: 'text' },
      text('{"a"', 0),
      text(':1}', 0),
      end(0),
      { type: 'finish', choice: 0, finish: { reason: 'stop' } },
    ]);
  });

  test('is an empty object if there are no arguments', () => {
    expect(edited(begin(0), start('answer', 0, 0), more(0, '', 0), end(0))).toEqual([
      { type: 'part-start', choice: 0, part: 0, kind: 'text' },
      text('{}', 0),
      end(0),
    ]);
    expect(edited(start('answer', 0), finish)).toEqual([
      text('{}'),
      { type: 'finish', choice: 0, finish: { reason: 'stop' } },
    ]);
  });

  test('keeps the calls of the caller’s own tools', () => {
    const events = [begin(0), start('look', 0, 0), more(0, '{}', 0), end(0), finish];
    expect(edited(...events)).toEqual(events);
    const both = edited(start('answer', 0), more(0, '{}'), start('look', 1), more(1, '{}'), finish);
    expect(both).toEqual([text('{}'), start('look', 1), more(1, '{}'), finish]);
  });

  test('keeps everything else', () => {
    const events: ChatEvent[] = [
      { type: 'response-start' },
      text('x'),
      { type: 'keep-alive' },
      { type: 'response-end' },
    ];
    expect(edited(...events)).toEqual(events);
  });
});

test('edits are made one after the other, to whole answers and to events', () => {
  const both = composed([forcedToolAnswer('a'), forcedToolAnswer('b')]);
  expect(both.whole(whole(call('a', '1'), call('b', '2'))).choices[0]).toMatchObject({
    message: { parts: [{ text: '1' }, { text: '2' }] },
    finish: { reason: 'stop' },
  });
  const start: ChatEvent = { type: 'tool-call-start', choice: 0, call: 0, kind: 'function', id: 'b', name: 'b' };
  const more: ChatEvent = { type: 'tool-call-delta', choice: 0, call: 0, text: '{}' };
  expect([start, more].flatMap(both.stream())).toEqual([{ type: 'text-delta', choice: 0, text: '{}' }]);
});
