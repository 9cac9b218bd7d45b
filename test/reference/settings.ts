import { z } from 'zod';

/** One setting as the schema has it. */
export interface Setting {
  /** `limits.max_body_bytes` */
  readonly path: string;
  /** What is wanted there, in the words with which a mistake is answered. */
  readonly wanted: string;
  /** As it would be written; absent if there is none. */
  readonly usual?: string;
}

/** Every setting below a section, in the schema's order; sections themselves are not among them. */
export function settingsOf(schema: z.ZodObject, before = ''): readonly Setting[] {
  return Object.entries(schema.shape).flatMap(([name, member]) => settingsIn(member, `${before}${name}`));
}

function settingsIn(member: z.core.$ZodType, path: string): readonly Setting[] {
  const inner = beneath(member);
  if (inner instanceof z.ZodObject) return settingsOf(inner, `${path}.`);
  if (!(member instanceof z.ZodType)) throw new Error(`${path} is no type that can be asked`);
  return [{ path, wanted: wantedBy(member), ...usualOf(member) }];
}

function beneath(schema: z.core.$ZodType): z.core.$ZodType {
  const wraps = schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault;
  return wraps ? beneath(schema.unwrap()) : schema;
}

/** What the schema says to something that nothing can be. What takes anything says so by accepting it. */
function wantedBy(schema: z.ZodType): string {
  const { error } = schema.safeParse(() => undefined);
  return error?.issues[0]?.message ?? '';
}

function usualOf(schema: z.ZodType): { readonly usual?: string } {
  const { data } = schema.safeParse(undefined);
  return data === undefined || JSON.stringify(data) === '{}' ? {} : { usual: JSON.stringify(data) };
}
