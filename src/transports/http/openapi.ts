import { z } from 'zod';
import { type FailureKind, failures } from '../../core/failure.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Procedure } from '../../management/procedure.ts';
import { etagOf, mannerParameters, mannersOf } from './openapi-manners.ts';

/** A route of the data plane: the body is whatever its vendor documents. */
export interface DataRoute {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  /** What it does, where no vendor documents it. */
  readonly summary?: string;
  /** What it answers, where that is ours. */
  readonly output?: z.ZodObject;
  /** Whose key it takes, if not a caller's. */
  readonly access?: 'anybody' | 'administrators';
  /** JSON, if it says nothing else. */
  readonly media?: 'text/plain';
}

export interface Described {
  readonly procedures: readonly Procedure[];
  readonly dataRoutes: readonly DataRoute[];
}

const failureTable = 'x-failures';

/** Where a kind of failure is described: its status, whose fault it is, where another attempt may go. */
export function docsOf(kind: FailureKind): string {
  return `/openapi.json#/components/${failureTable}/${kind}`;
}

/** The OpenAPI 3.1 document of everything that is served. Holds no secrets. */
export function openapi({ procedures, dataRoutes }: Described): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  const add = (path: string, method: string, operation: JsonObject): void => {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  };
  for (const procedure of procedures) add(procedure.path, procedure.method, managementOperation(procedure));
  for (const route of dataRoutes) add(route.path, route.method, dataOperation(route));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Trestle',
      version: '1',
      description: 'The management API, and the paths on which vendors’ own APIs are spoken.',
    },
    paths,
    components: {
      securitySchemes: {
        adminKey: { type: 'http', scheme: 'bearer', description: 'A key with the role admin.' },
        clientKey: { type: 'http', scheme: 'bearer', description: 'A key with the role client or admin.' },
      },
      parameters: mannerParameters,
      responses: { Failure: { description: 'It failed; `kind` says how.', content: json({ ...ref('Failure') }) } },
      schemas: { Failure: failureSchema(), ...outputSchemas([...procedures, ...dataRoutes.filter(isDescribed)]) },
      [failureTable]: failures,
    },
  };
}

function managementOperation(procedure: Procedure): JsonObject {
  const path = pathFields(procedure);
  const schema = inputSchema(procedure, []);
  const rest = Object.keys(schema.properties).filter((name) => !path.includes(name));
  const inQuery = procedure.method === 'GET' || procedure.method === 'DELETE';
  const parameters = [
    ...path.map((name) => parameter('path', name, schema)),
    ...(inQuery ? rest.map((name) => parameter('query', name, schema)) : []),
    ...mannersOf(procedure),
  ];
  const body = inQuery ? undefined : json({ ...inputSchema(procedure, path) });
  return {
    operationId: procedure.name,
    summary: procedure.summary,
    tags: [procedure.name.split('.')[0] ?? procedure.name],
    security: [{ adminKey: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: body } }),
    responses: {
      [procedure.status]: {
        description: 'Done.',
        ...etagOf(procedure),
        content: {
          ...json({ ...ref(componentName(procedure)) }),
          ...(procedure.csv === undefined ? {} : { 'text/csv': { schema: { type: 'string' } } }),
        },
      },
      default: { $ref: '#/components/responses/Failure' },
    },
  };
}

function dataOperation(route: DataRoute): JsonObject {
  const { method, path, operation, summary, access } = route;
  const fields = pathFields(route).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const anyObject = json({ type: 'object' });
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-zA-Z0-9]+/g, '_')}`,
    summary: summary ?? `${operation}, as the vendor whose path this is documents it.`,
    tags: [operation],
    security: access === 'anybody' ? [] : [access === undefined ? { clientKey: [] } : { adminKey: [] }],
    ...(fields.length === 0 ? {} : { parameters: fields }),
    ...(method === 'GET' || method === 'DELETE' ? {} : { requestBody: { required: true, content: anyObject } }),
    responses: {
      200: {
        description: summary === undefined ? "The vendor's own answer, or a stream of its events." : 'Done.',
        content: contentOf(route, anyObject),
      },
      default: { description: "A failure in that vendor's own envelope.", content: anyObject },
    },
  };
}

function contentOf(route: DataRoute, anyObject: JsonObject): JsonObject {
  if (route.media !== undefined) return { [route.media]: { schema: { type: 'string' } } };
  return isDescribed(route) ? json({ ...ref(componentName(route)) }) : anyObject;
}

/** Whether its answer is ours to describe. */
function isDescribed<Route extends DataRoute>(route: Route): route is Route & WithOutput {
  return route.output !== undefined;
}

function pathFields({ path }: { readonly path: string }): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

interface InputSchema extends JsonObject {
  readonly properties: JsonObject;
  readonly required: readonly string[];
}

/** What a caller sends, without the fields that stand elsewhere. */
function inputSchema({ input }: Procedure, without: readonly string[]): InputSchema {
  const rest = Object.entries(input.shape).filter(([name]) => !without.includes(name));
  const {
    properties = {},
    required = [],
    ...schema
  } = z.toJSONSchema(z.strictObject(Object.fromEntries(rest)), {
    io: 'input',
    override: withoutPattern,
  });
  return { ...plain(schema), properties: plain(properties), required };
}

function parameter(place: 'path' | 'query', name: string, { properties, required }: InputSchema): JsonObject {
  const schema = properties[name] ?? {};
  const { description, ...rest } = isJsonObject(schema) ? schema : {};
  return {
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
    ...(rest['type'] === 'array' ? { style: 'form', explode: false } : {}),
  };
}

interface WithOutput {
  readonly name?: string;
  readonly output: z.ZodObject;
}

/** Each procedure's output once, by its title; outputs within outputs become references. */
function outputSchemas(routes: readonly WithOutput[]): JsonObject {
  const registry = z.registry<{ readonly id: string }>();
  for (const route of routes) {
    if (!registry.has(route.output)) registry.add(route.output, { id: componentName(route) });
  }
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => ref(id).$ref, override: withoutPattern });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, plain(schema)]));
}

/** An output's own title, if it has one that others may share; else the procedure's name: `KeysList`. */
function componentName({ name = '', output }: WithOutput): string {
  const words = name.split('.').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return output.meta()?.title ?? words.join('');
}

function failureSchema(): JsonObject {
  const text = { type: 'string' };
  const properties = {
    kind: { type: 'string', enum: Object.keys(failures) },
    message: text,
    param: { type: ['string', 'null'], description: 'The field or header at fault.' },
    docs: { type: 'string', description: 'Where the kind is described, in this document.' },
    request_id: text,
  };
  const error = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
  return { type: 'object', properties: { error }, required: ['error'], additionalProperties: false };
}

/** `format: date-time` says it; zod's own expression for it is a screen long. */
function withoutPattern({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
}

/** A schema as plain JSON, without the marks of a document of its own. */
function plain(schema: object): JsonObject {
  const own = Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id');
  return JSON.parse(JSON.stringify(Object.fromEntries(own)));
}

function ref(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

function json(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } };
}
