import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { callers, fakeAdmin, knock, sampleRequest } from '../../../test/fakes/admin.ts';
import { schemaFaults } from '../../../test/fakes/schema-check.ts';
import { failures } from '../../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { procedures } from '../../management/index.ts';
import { openapi } from './openapi.ts';

const dataRoutes = [
  { method: 'POST', path: '/v1/chat/completions', operation: 'chat' },
  { method: 'POST', path: '/openai/v1/chat/completions', operation: 'chat' },
  { method: 'GET', path: '/v1/models', operation: 'models' },
];
const document = openapi({ procedures, dataRoutes });

test('it is served to everybody, whole, with no secret in it', async () => {
  const { app, ids } = await fakeAdmin();
  const answer = await app.fetch(knock('nobody', 'GET /openapi.json'));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
  const text = await answer.text();
  expect(JSON.parse(text)).toEqual(openapi({ procedures, dataRoutes: dataRoutes.slice(0, 1) }));
  for (const word of [...Object.values(callers), ...Object.values(ids)]) if (word) expect(text).not.toContain(word);
});

test('it is OpenAPI 3.1 with every procedure and every data route, each once', () => {
  expect(document['openapi']).toBe('3.1.0');
  const routes = operations().map(({ method, path }) => `${method} ${path}`);
  const wanted = [...procedures, ...dataRoutes].map(({ method, path }) => `${method.toLowerCase()} ${path}`);
  expect(routes.toSorted()).toEqual(wanted.toSorted());
});

test('operation ids are unique, and those of procedures are their names', () => {
  const ids = operations().map(({ operation }) => operation['operationId']);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(procedures.map(({ name }) => name)));
});

test('every reference leads somewhere, and every component is referred to', () => {
  const refs = [...references(document)];
  for (const ref of refs) expect(isJsonObject(at(ref)), ref).toBe(true);
  const { schemas } = objectAt('#/components');
  const names = Object.keys(isJsonObject(schemas) ? schemas : {});
  for (const name of names) expect(refs).toContain(`#/components/schemas/${name}`);
});

test('the docs of every kind of failure are in it', () => {
  for (const [kind, traits] of Object.entries(failures)) {
    expect(objectAt(`#/components/x-failures/${kind}`)).toEqual(traits);
  }
});

test('schemas carry no marks of documents of their own', () => {
  expect(JSON.stringify(document)).not.toMatch(/"\$schema"|"\$id"|"\$defs"/);
});

test('every field in a path is described, and nothing else is', () => {
  for (const { path, operation } of operations()) {
    const parameters = Array.isArray(operation['parameters']) ? operation['parameters'] : [];
    const described = parameters.filter((one) => one.in === 'path').map((one) => String(one.name));
    expect(described).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''));
  }
});

test('a list in a query is one parameter with commas', () => {
  const { parameters } = objectAt('#/paths/~1admin~1v1~1usage/get');
  expect(parameters).toContainEqual({
    name: 'group_by',
    in: 'query',
    required: false,
    schema: {
      default: [],
      type: 'array',
      items: {
        type: 'string',
        enum: ['model', 'provider', 'key', 'project', 'operation', 'user', 'tag', 'service_tier'],
      },
    },
    style: 'form',
    explode: false,
  });
});

test('a body says what it must have and that nothing else is taken', () => {
  const { requestBody } = objectAt('#/paths/~1admin~1v1~1organisations/post');
  expect(requestBody).toEqual({
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: {
            name: { type: 'string', minLength: 1, maxLength: 200 },
            budgets: expect.objectContaining({ description: expect.any(String), anyOf: expect.any(Array) }),
            rate_limits: expect.objectContaining({ description: expect.any(String), anyOf: expect.any(Array) }),
          },
          required: ['name'],
          additionalProperties: false,
        },
      },
    },
  });
});

test('what may be demanded of a change is told with each, and what it is known by with what can be changed', () => {
  const patch = objectAt('#/paths/~1admin~1v1~1providers~1{name}/patch');
  const manners = (names: readonly string[]) => names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
  const inPath = expect.objectContaining({ in: 'path' });
  const known = { responses: { 200: { headers: { ETag: { schema: { type: 'string' } } } } } };
  expect(patch['parameters']).toEqual([inPath, ...manners(['IfMatch', 'IdempotencyKey'])]);
  expect([patch, objectAt('#/paths/~1admin~1v1~1providers~1{name}/get')]).toMatchObject([known, known]);
  expect(objectAt('#/paths/~1admin~1v1~1keys/post')['parameters']).toEqual(manners(['IdempotencyKey']));
  expect(objectAt('#/paths/~1admin~1v1~1config~1validate/post')['parameters']).toBeUndefined();
});

test('a route of ours beside those of vendors tells its path and its answer', () => {
  const output = z.object({ id: z.string() }).meta({ title: 'Own' });
  const own = { method: 'GET', path: '/trestle/v1/things/{id}', operation: 'things', summary: 'Read.', output };
  const { paths, components } = openapi({ procedures, dataRoutes: [own] });
  expect(paths).toMatchObject({
    '/trestle/v1/things/{id}': {
      get: {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Own' } } } } },
      },
    },
  });
  expect(components).toMatchObject({ schemas: { Own: { properties: { id: { type: 'string' } } } } });
});

describe('real answers are what it says', () => {
  test.each(procedures.map((procedure) => ({ name: procedure.name, procedure })))('$name', async ({ procedure }) => {
    const { app } = await fakeAdmin();
    const answer = await app.fetch(sampleRequest(procedure, 'administrator'));
    const told: Json = JSON.parse(await answer.text());
    const pointer = procedure.path.replaceAll('/', '~1');
    const responses = `#/paths/${pointer}/${procedure.method.toLowerCase()}/responses/${answer.status}`;
    expect(schemaFaults(told, whole(`${responses}/content/application~1json/schema`))).toEqual([]);
    expect(told).not.toMatchObject({ data: [] });
  });

  test.each(['nobody', 'client'] as const)('and so is the refusal of %s', async (caller) => {
    const { app } = await fakeAdmin();
    const answer = await app.fetch(knock(caller, 'GET /admin/v1/keys'));
    const schema = whole('#/components/responses/Failure/content/application~1json/schema');
    expect(schemaFaults(JSON.parse(await answer.text()), schema)).toEqual([]);
  });
});

/** A schema of the document with what its references lead to. */
function whole(pointer: string): JsonObject {
  return { ...objectAt(pointer), components: objectAt('#/components') };
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: JsonObject;
}

function operations(): readonly Operation[] {
  return Object.entries(objectAt('#/paths')).flatMap(([path, methods]) =>
    Object.entries(isJsonObject(methods) ? methods : {}).map(([method, operation]) => {
      if (!isJsonObject(operation)) throw new Error(`${method} ${path} is no object`);
      return { method, path, operation };
    }),
  );
}

function* references(value: Json): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === '$ref') yield String(member);
    else yield* references(member);
  }
}

function objectAt(pointer: string): JsonObject {
  const value = at(pointer);
  if (!isJsonObject(value)) throw new Error(`${pointer} is no object`);
  return value;
}

function at(pointer: string): Json | undefined {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.reduce<Json | undefined>((value, step) => (isJsonObject(value) ? value[step] : undefined), document);
}
