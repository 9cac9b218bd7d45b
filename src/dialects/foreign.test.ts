import { expect, test } from 'bun:test';
import type { ChatEvent } from '../core/chat.ts';
import type { JsonObject } from '../core/json.ts';
import type { Loss } from '../core/loss.ts';
import { reportEventExtras } from './event-place.ts';
import { required, text } from './field.ts';
import { shapesOf } from './shape.ts';

interface Tool {
  readonly name: string;
}

const ours = shapesOf('openai-chat')<Tool>({ name: required(text('function.name')) }, { type: 'function' });
const theirs = shapesOf('anthropic-messages')<Tool>({ name: required(text('name')) });

function lostOf(wire: JsonObject): readonly string[] {
  const lost: Loss[] = [];
  const value = ours.decode(wire, { path: 'tools[0]', of: 'request' });
  theirs.encode(value, { path: 'tools[0]', lost: (loss) => void lost.push(loss) });
  return lost.map(({ path }) => path);
}

test('an unknown member beside one that is understood is told by its own path, not as if both were lost', () => {
  const known = { name: 'f' };
  expect(lostOf({ type: 'function', function: { ...known, type: 'object', more: [1] } })).toEqual([
    ...['tools[0].function.type', 'tools[0].function.more'],
  ]);
  expect(lostOf({ type: 'function', function: known, other: { a: 1, b: 2 } })).toEqual(['tools[0].other']);
  expect(lostOf({ type: 'function', function: { ...known, none: null } })).toEqual([]);
});

test('so is one in an object within', () => {
  const deep = shapesOf('openai-chat')<Tool>({ name: required(text('extra.vendor.name')) });
  const lost: Loss[] = [];
  const wire = { extra: { vendor: { name: 'f', a: 1 }, b: { c: 2 } } };
  const place = { path: 'tools[0]', lost: (loss: Loss) => void lost.push(loss) };
  theirs.encode(deep.decode(wire, { path: 'tools[0]', of: 'request' }), place);
  expect(lost.map(({ path }) => path)).toEqual(['tools[0].extra.vendor.a', 'tools[0].extra.b']);
});

test('so is one in an event of a stream', () => {
  const item = ours.decode({ type: 'function', function: { name: 'f', type: 'object' } }, { path: '', of: 'answer' });
  const event: ChatEvent = {
    ...{ type: 'text-delta', choice: 0, part: 1, text: 'a' },
    extras: { 'openai-chat': { item: item.extras?.['openai-chat'] ?? {} } },
    ...(item.spelling !== undefined && { spelling: item.spelling }),
  };
  const lost: Loss[] = [];
  reportEventExtras('anthropic-messages', event, (loss) => void lost.push(loss));
  expect(lost).toEqual([{ path: 'choices[0].message.parts[1].function.type', why: 'unsupported' }]);
});
