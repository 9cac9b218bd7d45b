import { describe, expect, test } from 'bun:test';
import type { JsonObject } from '../../core/json.ts';
import { closedSchema } from './closed-schema.ts';

const text = { type: 'string' };
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more });
const shut = { additionalProperties: false };

test('a schema that is closed already stays the very same one', () => {
  const schema = object({ a: text, b: { $ref: '#/$defs/b' } }, { ...shut, $defs: { b: object({ c: text }, shut) } });
  const closed = closedSchema(schema);
  expect(closed).toEqual({ schema, how: [] });
  expect(closed?.schema).toBe(schema);
});

test('every object that says nothing of other members has none, wherever it stands', () => {
  const open = object({
    inner: object({ a: text }),
    list: { type: 'array', items: object({ a: text }) },
    either: { anyOf: [object({ a: text }), { type: 'null' }] },
    maybe: { type: ['object', 'null'], properties: { a: text } },
  });
  const inner = object({ a: text }, shut);
  expect(closedSchema({ ...open, $defs: { d: object({ a: text }) } })).toEqual({
    schema: object(
      {
        inner,
        list: { type: 'array', items: inner },
        either: { anyOf: [inner, { type: 'null' }] },
        maybe: { type: ['object', 'null'], properties: { a: text }, ...shut },
      },
      { ...shut, $defs: { d: inner } },
    ),
    how: ['closed-schema'],
  });
});

test('limits that no grammar keeps stand in the description', () => {
  const schema = object(
    {
      age: { type: 'integer', minimum: 0, maximum: 150, description: 'In years' },
      names: { type: 'array', items: { ...text, maxLength: 9 }, minItems: 2 },
      some: { type: 'array', items: text, minItems: 1 },
      colour: { ...text, format: 'color' },
      day: { ...text, format: 'date', pattern: '^2' },
      odd: { ...text, pattern: '^(?!a)' },
    },
    shut,
  );
  expect(closedSchema(schema)).toEqual({
    schema: object(
      {
        age: { type: 'integer', description: 'In years\n\n{minimum: 0, maximum: 150}' },
        names: { type: 'array', items: { ...text, description: '{maxLength: 9}' }, description: '{minItems: 2}' },
        some: { type: 'array', items: text, minItems: 1 },
        colour: { ...text, description: '{format: "color"}' },
        day: { ...text, format: 'date', pattern: '^2' },
        odd: { ...text, description: '{pattern: "^(?!a)"}' },
      },
      shut,
    ),
    how: ['looser-schema'],
  });
});

test('one of several is any of them', () => {
  const schema = object({ a: { oneOf: [text, { type: 'null' }] } }, shut);
  expect(closedSchema(schema)).toEqual({
    schema: object({ a: { anyOf: [text, { type: 'null' }] } }, shut),
    how: ['looser-schema'],
  });
});

test('a member may be called as a keyword is', () => {
  const schema = object({ minimum: text, properties: text, $ref: text, not: text }, shut);
  expect(closedSchema(schema)).toEqual({ schema, how: [] });
});

describe('what closing would make another schema of cannot be said:', () => {
  test.each<[string, JsonObject]>([
    ['an object of any members', { type: 'object' }],
    ['an object open in so many words', object({ a: text }, { additionalProperties: true })],
    ['a map', { type: 'object', additionalProperties: text }],
    ['members by pattern', object({}, { patternProperties: { '^a': text } })],
    ['anything', object({ a: {} })],
    ['anything, by true', object({ a: true })],
    ['a list of anything', object({ a: { type: 'array', items: true } })],
    ['a tuple', object({ a: { type: 'array', prefixItems: [text] } })],
    ['objects put together', object({ a: { allOf: [object({ b: text }), object({ c: text })] } })],
    ['an object and its variants', object({ a: text }, { anyOf: [{ required: ['a'] }] })],
    ['what it must not be', object({ a: { type: 'string', not: { const: 'x' } } })],
    ['one word of an object', object({ a: { enum: [{ b: 1 }] } })],
    ['what stands elsewhere', object({ a: { $ref: 'https://schemas.example/a' } })],
    ['itself', object({ a: { $ref: '#' } })],
    ['what contains itself', { $ref: '#/$defs/a', $defs: { a: object({ b: { $ref: '#/$defs/a' } }) } }],
  ])('%s', (_, schema) => {
    expect(closedSchema(schema)).toBeUndefined();
  });
});
