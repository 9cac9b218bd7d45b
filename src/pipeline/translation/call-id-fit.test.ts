import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { ChatRequest } from '../../core/chat.ts';
import type { ModelTraits } from '../../providers/model-traits.ts';
import { fitted } from './fit.ts';

const conversation = (ids: readonly string[]): ChatRequest => ({
  messages: [
    { type: 'message', role: 'user', parts: [{ type: 'text', text: 'Where?' }] },
    {
      type: 'message',
      role: 'assistant',
      parts: ids.map((id, number) =>
        number % 2 === 0
          ? { type: 'tool-call', id, name: 'look', arguments: '{}' }
          : { type: 'custom-call', id, name: 'write', input: '' },
      ),
    },
    { type: 'message', role: 'tool', parts: ids.map((callId) => ({ type: 'tool-result', callId, parts: [] })) },
  ],
});

/** The ids of the calls, and those of the results, as a target reads them; nothing else may be different. */
function idsIn(ids: readonly string[], callIds: NonNullable<ModelTraits['callIds']>) {
  const request = conversation(ids);
  const done = fitted(request, { traits: { match: '*', callIds }, dialect: 'openai-chat' }, () => expect.unreachable());
  const [, turn, results] = done.request.messages;
  const calls = turn?.type === 'message' ? turn.parts.map((part) => ('id' in part ? String(part.id) : '')) : [];
  const said = results?.type === 'message' ? results.parts.map((part) => ('callId' in part ? part.callId : '')) : [];
  expect(done.request).toEqual(conversation(calls));
  expect(done.emulated).toEqual([]);
  return { calls, said, isSame: done.request === request };
}

test('ids within the limit stay, and so does the request', () => {
  expect(idsIn(['call_1', 'x'.repeat(40)], 'up-to-40')).toMatchObject({ isSame: true });
  expect(idsIn(['abcDEF123'], 'nine')).toMatchObject({ isSame: true });
});

test('a longer one is told by its beginning and a digest, the same for a call and its result, and in every request', () => {
  const long = `toolu_${'0123456789'.repeat(5)}`;
  const other = `${long}!`;
  const { calls, said } = idsIn([long, other], 'up-to-40');
  expect(calls).toEqual(said);
  expect(calls[0]).toMatch(/^toolu_012345678901234567890123_[a-z0-9]{9}$/);
  expect(calls[0]).not.toBe(calls[1]);
  expect(idsIn([long], 'up-to-40').calls).toEqual(calls.slice(0, 1));
});

test.each([
  ['up-to-40', /^.{1,40}$/su],
  ['nine', /^[a-zA-Z0-9]{9}$/],
] as const)('whatever the ids, they fit and stay apart: %s', (form, pattern) => {
  const id = fc.string({ minLength: 1, maxLength: 90, unit: 'grapheme-ascii' });
  fc.assert(
    fc.property(fc.uniqueArray(id, { maxLength: 8 }), (ids) => {
      const { calls, said } = idsIn(ids, form);
      expect(calls).toEqual(said);
      expect(new Set(calls).size).toBe(ids.length);
      for (const one of calls) expect(one).toMatch(pattern);
    }),
    { numRuns: 60 },
  );
});
