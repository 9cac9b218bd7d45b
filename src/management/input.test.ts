import { expect, test } from 'bun:test';
import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import { readInput } from './input.ts';
import { moment } from './moment.ts';

const asked = {
  name: 'things.create',
  input: z.strictObject({
    name: z.string().min(1).max(5),
    limit: z.int().min(1).max(1000).default(100),
    role: z.enum(['client', 'admin']).optional(),
    models: z.array(z.string()).max(2).optional(),
    at: moment.optional(),
  }),
  reserved: { budgets: 'not in this version.' },
} as const;

test('an input is read with its defaults', () => {
  expect(readInput(asked, { name: 'web' })).toEqual({ name: 'web', limit: 100 });
});

test.each<[unknown, string, string]>([
  [{}, 'name', 'name is missing; it must be a string.'],
  [{ name: 7 }, 'name', 'name is 7; it must be a string.'],
  [{ name: null }, 'name', 'name is null; it must be a string.'],
  [{ name: '' }, 'name', 'name is ""; it must be at least 1 character long.'],
  [{ name: 'abcdef' }, 'name', 'name is "abcdef"; it must be at most 5 characters long.'],
  [{ name: 'a', limit: 1001 }, 'limit', 'limit is 1001; it must be at most 1000.'],
  [{ name: 'a', limit: 0 }, 'limit', 'limit is 0; it must be at least 1.'],
  [{ name: 'a', limit: 1.5 }, 'limit', 'limit is 1.5; it must be a whole number.'],
  [{ name: 'a', limit: 'many' }, 'limit', 'limit is "many"; it must be a whole number.'],
  [{ name: 'a', role: 'admn' }, 'role', 'role is "admn"; it must be one of client, admin (did you mean admin?).'],
  [{ name: 'a', models: 'x' }, 'models', 'models is "x"; it must be a list.'],
  [{ name: 'a', models: ['x', 7] }, 'models[1]', 'models[1] is 7; it must be a string.'],
  [{ name: 'a', models: ['', '', ''] }, 'models', 'models is ["","",""]; it must be at most 2 items long.'],
  [
    { name: 'a', at: 'soon' },
    'at',
    'at is "soon"; it must be a time as RFC 3339 writes it, such as 2026-01-31T12:00:00Z.',
  ],
  [[], '', 'The request is []; it must be a JSON object.'],
  [{ name: 'a', modles: [] }, 'modles', 'things.create has no field "modles"; did you mean models?'],
  [
    { name: 'a', zzzzzzzz: 1 },
    'zzzzzzzz',
    'things.create has no field "zzzzzzzz"; its fields are: name, limit, role, models, at.',
  ],
  [
    JSON.parse('{"name":"a","__proto__":{}}'),
    '__proto__',
    'things.create has no field "__proto__"; its fields are: name, limit, role, models, at.',
  ],
  [{ name: 'a', budgets: null }, 'budgets', 'budgets: not in this version.'],
])('%j is refused by name, with what was found and what is expected', (given, param, message) => {
  expect(refusalOf(given)).toEqual({ kind: 'request-invalid', param, message });
});

test('a long value is cut in the words of its refusal', () => {
  expect(refusalOf({ name: 'x'.repeat(5_000) }).message.length).toBeLessThan(200);
  expect(refusalOf({ name: 'a', ['x'.repeat(5_000)]: 1 }).message.length).toBeLessThan(300);
});

function refusalOf(given: unknown): { kind: string; param: string | undefined; message: string } {
  try {
    readInput(asked, given);
  } catch (thrown) {
    if (thrown instanceof Failure) return { kind: thrown.kind, param: thrown.details.param, message: thrown.message };
  }
  throw new Error('it was not refused with a Failure');
}
