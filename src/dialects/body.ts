import { Failure } from '../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { WireBody } from '../core/payload.ts';
import { parseJson } from './exact-json.ts';
import { garbled, type Reading } from './place.ts';

/** The JSON object that a body must be. */
export function readBody(wire: WireBody, of: Reading['of']): JsonObject {
  const body = parsed(wire);
  if (isJsonObject(body)) return body;
  if (of === 'answer') throw garbled('it is no JSON object');
  throw new Failure('request-invalid', 'We could not parse the JSON body of your request: it must be a JSON object.');
}

export function writeBody(body: JsonObject): WireBody {
  return { kind: 'json', bytes: encoder.encode(JSON.stringify(body)) };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

function parsed({ bytes }: WireBody): Json | undefined {
  try {
    return parseJson(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
