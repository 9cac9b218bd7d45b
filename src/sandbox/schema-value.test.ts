import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { schemaFaults } from '../../test/fakes/schema-check.ts';
import type { Json } from '../core/json.ts';
import { drawsOf } from './chance.ts';
import { schemaValue } from './schema-value.ts';

const made = (schema: Json, seed = 'seed'): Json => schemaValue(schema, { path: 'schema', draw: drawsOf(() => seed) });

const tree = {
  $defs: {
    node: {
      type: 'object',
      properties: { value: { type: 'integer' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
      required: ['value', 'children'],
      additionalProperties: false,
    },
  },
  $ref: '#/$defs/node',
};
const list = {
  type: 'object',
  properties: { head: { type: 'string' }, tail: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
  required: ['head', 'tail'],
  additionalProperties: false,
};

const schemas: Readonly<Record<string, Json>> = {
  'an object with all the simple types': {
    type: 'object',
    properties: {
      a: { type: 'string' },
      b: { type: 'integer' },
      c: { type: 'number' },
      d: { type: 'boolean' },
      e: { type: 'null' },
    },
    required: ['a', 'b', 'c', 'd', 'e'],
    additionalProperties: false,
  },
  'an enumeration': { enum: ['red', 'green', 3, null] },
  'an enumeration of which a type leaves some': { type: 'integer', enum: ['red', 7] },
  'a constant': { const: { deep: [1] } },
  'a nullable type': { type: ['string', 'null'], minLength: 3 },
  'numbers in bounds': {
    type: 'object',
    properties: {
      a: { type: 'integer', minimum: 5, maximum: 5 },
      b: { type: 'integer', exclusiveMinimum: 5, exclusiveMaximum: 7 },
      c: { type: 'number', minimum: 0.5, maximum: 0.51 },
      j: { type: 'number', minimum: 1.5, maximum: 1.5 },
      d: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.001 },
      e: { type: 'integer', multipleOf: 7, minimum: -20, maximum: -8 },
      f: { type: 'number', multipleOf: 0.01, minimum: 1 },
      g: { type: 'integer', maximum: -1000 },
      h: { type: 'integer', minimum: 3, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: true },
      i: { type: 'integer', multipleOf: 0.5, minimum: 1, maximum: 2 },
    },
  },
  'strings in bounds': {
    type: 'array',
    prefixItems: [
      { type: 'string', minLength: 0, maxLength: 0 },
      { type: 'string', minLength: 200, maxLength: 200 },
      { type: 'string', maxLength: 2 },
      { type: 'string', pattern: '^[A-Z]{3}-\\d+$', minLength: 10 },
    ],
    minItems: 4,
  },
  'every format': {
    type: 'object',
    properties: Object.fromEntries(
      ['date-time', 'date', 'time', 'email', 'uri', 'uuid', 'ipv4', 'unheard-of'].map((format) => [
        format,
        { type: 'string', format },
      ]),
    ),
  },
  'arrays in bounds': {
    type: 'object',
    properties: {
      none: { type: 'array', maxItems: 0, items: { type: 'string' } },
      some: {
        type: 'array',
        minItems: 3,
        maxItems: 4,
        items: { type: 'array', items: { type: 'boolean' }, minItems: 1 },
      },
      different: { type: 'array', minItems: 3, uniqueItems: true, items: { enum: ['a', 'b', 'c'] } },
      closed: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false },
    },
  },
  alternatives: { anyOf: [{ type: 'integer', minimum: 3 }, { type: 'string' }] },
  'an alternative that nothing satisfies before one that something does': {
    anyOf: [
      { type: 'integer', minimum: 3, maximum: 2 },
      false,
      { type: 'string', pattern: '(?=x)' },
      { const: 'this' },
    ],
  },
  'alternatives with something in common': {
    type: 'object',
    properties: { kind: { type: 'string' } },
    required: ['kind'],
    oneOf: [
      { properties: { kind: { const: 'cat' }, lives: { type: 'integer' } }, required: ['lives'] },
      { properties: { kind: { const: 'dog' } } },
    ],
  },
  'parts that all hold': {
    allOf: [
      { type: 'object', properties: { a: { type: 'integer', minimum: 3 } }, required: ['a'] },
      { properties: { a: { maximum: 4 }, b: { enum: ['x', 'y'] } }, required: ['b'] },
      { properties: { b: { enum: ['y', 'z'] } } },
    ],
  },
  'bounds of which the narrower hold': {
    type: 'integer',
    minimum: 51,
    maximum: 90,
    allOf: [{ minimum: 3, maximum: 52 }, { type: ['number', 'string'] }],
  },
  'a reference with words beside it': { $defs: { n: { type: 'integer' } }, $ref: '#/$defs/n', minimum: 900 },
  'a tree': tree,
  'a list that ends where it must': list,
  'more properties than have names': {
    type: 'object',
    minProperties: 3,
    properties: { a: {} },
    additionalProperties: { type: 'integer' },
  },
  'a required property that is not described': { type: 'object', required: ['a'] },
  'a property with an odd name': {
    type: 'object',
    properties: JSON.parse('{"__proto__": { "type": "string" }}'),
    required: ['constructor'],
  },
  'no type but properties': { properties: { a: { items: { minimum: 3 } } } },
  'nothing at all': {},
  true: true,
};

describe('a value satisfies', () => {
  test.each(Object.entries(schemas))('%s', (_, schema) => {
    for (const seed of ['one', 'two', 'three', 'four']) {
      const value = made(schema, seed);
      expect(schemaFaults(value, schema)).toEqual([]);
      expect(JSON.parse(JSON.stringify(value))).toEqual(value);
    }
  });

  test('any schema of the plain kind', () => {
    fc.assert(
      fc.property(plainSchema, fc.string(), (schema, seed) => {
        expect(schemaFaults(made(schema, seed), schema)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

test('a schema that contains itself comes to an end soon', () => {
  expect(JSON.stringify(made(list)).length).toBeLessThan(500);
  expect(JSON.stringify(made(tree)).length).toBeLessThan(500);
});

test('the same seed makes the same value', () => {
  expect(made(tree, 'a')).toEqual(made(tree, 'a'));
  expect(new Set(['a', 'b', 'c', 'd'].map((seed) => JSON.stringify(made(tree, seed)))).size).toBeGreaterThan(1);
});

const refused: Readonly<Record<string, readonly [schema: Json, param: string, words: string]>> = {
  'bounds that exclude all': [{ type: 'integer', minimum: 3, maximum: 2 }, 'schema', 'no multiple of 1 lies'],
  'bounds that touch where one is open': [
    { type: 'number', exclusiveMinimum: 1, maximum: 1 },
    'schema',
    'no number lies',
  ],
  'properties beyond the last that is allowed': [
    { minProperties: 2, allOf: [{ properties: { a: {} }, additionalProperties: false }, { additionalProperties: {} }] },
    'schema.additionalProperties',
    'nothing is allowed',
  ],
  'a place deep inside': [
    { type: 'object', properties: { a: { items: { type: 'string', format: 'uuid', maxLength: 3 } } } },
    'schema.properties.a.items[0]',
    'uuid',
  ],
  'a keyword it does not know': [{ not: { type: 'string' } }, 'schema', "does not understand 'not'"],
  'a reference to nowhere': [{ $ref: '#/$defs/x' }, 'schema', 'points nowhere'],
  'a reference to elsewhere': [{ $ref: 'https://example.com/schema' }, 'schema', 'must point inside'],
  'a reference to itself': [{ $ref: '#' }, 'schema', 'circle'],
  'types that exclude each other': [{ allOf: [{ type: 'string' }, { type: 'array' }] }, 'schema', 'no type is left'],
  'a schema that nothing satisfies': [false, 'schema', 'nothing is allowed'],
  'items that cannot differ': [
    { type: 'array', items: { type: 'boolean' }, minItems: 3, uniqueItems: true },
    'schema',
    'that differ',
  ],
  'more than anybody wants': [{ type: 'array', minItems: 1_000_000_000, items: {} }, 'schema', '1000000000 items'],
};

test.each(Object.entries(refused))('%s is refused at its place', (_, [schema, param, words]) => {
  const message = expect.stringContaining(words);
  expect(() => made(schema)).toThrow(
    expect.objectContaining({ kind: 'request-invalid', message, details: expect.objectContaining({ param }) }),
  );
});

test('schemas made to be costly are given up in no time', () => {
  const before = performance.now();
  const endless = { type: 'object', properties: { a: { $ref: '#' }, b: { $ref: '#' } }, required: ['a', 'b'] };
  expect(() => made(endless)).toThrow('too large or has no end');
  const twice = { allOf: Array.from({ length: 10 }, () => ({ $ref: '#' })) };
  expect(() => made(twice)).toThrow();
  const wide = {
    $defs: {
      x: {
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`p${index}`, { $ref: '#/$defs/x' }])),
      },
    },
    $ref: '#/$defs/x',
  };
  expect(JSON.stringify(made(wide)).length).toBeLessThan(1_000_000);
  const branches = {
    $defs: {
      x: {
        anyOf: Array.from({ length: 20 }, () => ({
          type: 'object',
          properties: { a: { $ref: '#/$defs/x' } },
          required: ['a'],
        })),
      },
    },
    $ref: '#/$defs/x',
  };
  expect(() => made(branches)).toThrow();
  expect(performance.now() - before).toBeLessThan(2_000);
});

const { schema: plainSchema } = fc.letrec<{ schema: Json }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.record({ type: fc.constantFrom('string', 'integer', 'number', 'boolean', 'null') }),
    fc.record({
      enum: fc.uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minLength: 1, maxLength: 4 }),
    }),
    fc
      .tuple(fc.integer({ min: -500, max: 500 }), fc.nat(50))
      .map(([minimum, more]) => ({ type: 'integer', minimum, maximum: minimum + more })),
    fc
      .tuple(fc.nat(30), fc.nat(30))
      .map(([minLength, more]) => ({ type: 'string', minLength, maxLength: minLength + more })),
    fc
      .tuple(tie('schema'), fc.nat(3), fc.nat(3))
      .map(([items, minItems, more]) => ({ type: 'array', items, minItems, maxItems: minItems + more })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), tie('schema'), { maxKeys: 4 }).map((properties) => ({
      type: 'object',
      properties,
      required: Object.keys(properties).slice(1),
      additionalProperties: false,
    })),
  ),
}));
