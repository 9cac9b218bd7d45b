import { z } from 'zod';
import { Failure } from '../../core/failure.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { scanJson } from '../../dialects/json-scan.ts';
import type { Procedure } from '../../management/procedure.ts';
import { readBody } from '../../platform/read-body.ts';

/** No management request is near this size. */
export const maxAdminBodyBytes = 1_000_000;

type PathFields = Readonly<Record<string, string>>;

/** A procedure's flat input, gathered from path and query (GET, DELETE) or body (POST, PATCH). Not yet checked against its schema. */
export async function givenIn(procedure: Procedure, request: Request, path: PathFields): Promise<JsonObject> {
  const query = new URL(request.url).searchParams;
  if (procedure.method === 'GET' || procedure.method === 'DELETE') {
    return merged(procedure, fromQuery(procedure, query), path);
  }
  const [stray] = query.keys();
  if (stray !== undefined) {
    throw new Failure(
      'request-invalid',
      `${procedure.name} takes nothing from the query; put ${stray} into the body.`,
      {
        param: stray,
      },
    );
  }
  return merged(procedure, await fromBody(request), path);
}

function merged({ name }: Procedure, fields: JsonObject, path: PathFields): JsonObject {
  const twice = Object.keys(path).find((field) => Object.hasOwn(fields, field));
  if (twice !== undefined) {
    throw new Failure('request-invalid', `${twice} of ${name} stands in the path; leave it out elsewhere.`, {
      param: twice,
    });
  }
  return { ...fields, ...path };
}

/** Query texts as the schema means them: lists are comma-separated or repeated, whole numbers are numbers, `true` is true. */
function fromQuery({ input }: Procedure, query: URLSearchParams): JsonObject {
  const names = [...new Set(query.keys())];
  const schemaOf = (name: string) => (Object.hasOwn(input.shape, name) ? input.shape[name] : undefined);
  return Object.fromEntries(names.map((name) => [name, queryValue(name, query.getAll(name), schemaOf(name))]));
}

function queryValue(name: string, texts: readonly string[], schema: z.core.$ZodType | undefined): JsonObject[string] {
  const kind = schema === undefined ? 'string' : kindOf(schema);
  if (kind === 'array') return texts.flatMap((text) => (text === '' ? [] : text.split(',')));
  const [text = '', ...others] = texts;
  if (others.length > 0) {
    throw new Failure('request-invalid', `${name} stands in the query ${texts.length} times; give it once.`, {
      param: name,
    });
  }
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return kind === 'number' && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** What a field holds, beneath its being optional or having a default. */
function kindOf(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return kindOf(schema.unwrap());
  return schema._zod.def.type;
}

/** Strict JSON: what the scan lets through, `JSON.parse` cannot understand in another way. No body says nothing, and needs no type. */
async function fromBody(request: Request): Promise<JsonObject> {
  const bytes = await readBody(request, maxAdminBodyBytes);
  if (bytes.length === 0) return {};
  refuseOtherMedia(request.headers);
  scanJson(bytes);
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (isJsonObject(value)) return value;
  throw new Failure('request-invalid', 'The body is JSON, but no object.');
}

function refuseOtherMedia(headers: Headers): void {
  const type = headers.get('content-type') ?? '';
  if (!/^application\/json *(;|$)/i.test(type)) {
    const shown = type === '' ? 'missing' : JSON.stringify(type.slice(0, 100));
    throw new Failure('media-unsupported', `content-type is ${shown}; send application/json.`, {
      param: 'content-type',
    });
  }
}
