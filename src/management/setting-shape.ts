import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import type { EntryInForce } from './configuration.ts';
import { moment, spellMoment } from './moment.ts';

/** What every entry of the configuration tells of itself, whoever set it. */
export const settingFields = {
  name: z.string(),
  source: z
    .enum(['management', 'configuration'])
    .describe(
      '`management` can be changed here; `configuration` is from the file, the environment or the house itself.',
    ),
  mistake: z.string().nullable().describe('Why it is not in force; null if it is.'),
  version: z.int().nullable().describe('One more with each change; null if it is not from here.'),
  created_at: moment.nullable(),
  updated_at: moment.nullable(),
};

export function spellSetting({ name, stored }: EntryInForce) {
  return {
    name,
    source: stored === undefined ? ('configuration' as const) : ('management' as const),
    mistake: stored?.mistake ?? null,
    version: stored?.version ?? null,
    created_at: spellMoment(stored?.createdAt),
    updated_at: spellMoment(stored?.updatedAt),
  };
}

/** The fields of a change: each may be left out, and may be null. */
export function changeable<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  const fields = Object.entries(shape).map(([field, schema]) => [field, schema.nullable().optional()]);
  return Object.fromEntries(fields) as { [Field in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Field]>> };
}

/** An entry with some members put in, and those taken out that are null. */
export function changed(entry: JsonObject, change: { readonly [member: string]: unknown }): JsonObject {
  const members = Object.entries({ ...entry, ...change }).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(members) as JsonObject;
}

/** The names of the members that a change is about, for the record of it. */
export function changedNames(change: { readonly [member: string]: unknown }): string {
  const names = Object.keys(change).filter((name) => change[name] !== undefined);
  return names.length === 0 ? 'nothing' : names.join(', ');
}
