import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { canonical } from './exact-json.ts';
import type { FactKind } from './fact.ts';
import type { Notes } from './notes.ts';

interface Amount {
  readonly kind: FactKind;
  readonly name: string;
  /** The value that says nothing. */
  readonly usual?: number;
}

/** A number at the top of a request. */
export function noteAmount(notes: Notes, wire: JsonObject, { kind, name, usual }: Amount): void {
  const found = wire[name];
  if (found === usual) notes.skip(name);
  else if (typeof found === 'number') notes.note(kind, String(found), name);
}

interface Schema {
  readonly kind: FactKind;
  readonly at: string;
  /** Of which tool. */
  readonly of?: string;
}

/** A JSON Schema; one that allows any object says no more than none. */
export function noteSchema(notes: Notes, schema: Json | undefined, { kind, at, of }: Schema): void {
  if (!isJsonObject(schema) || isUnbound(schema)) notes.skip(at);
  else notes.note(kind, `${of === undefined ? '' : `${of}: `}${canonical(schema)}`, at);
}

function isUnbound({ type = 'object', properties = {}, ...more }: JsonObject): boolean {
  const bounds = isJsonObject(properties) ? Object.keys(properties).length + Object.keys(more).length : 1;
  return type === 'object' && bounds === 0;
}
