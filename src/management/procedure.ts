import type { z } from 'zod';
import type { Role } from '../core/call.ts';
import type { Context } from './context.ts';

/**
 * Something an operator can do, said once for every door: REST, OpenAPI and whatever comes later are projections of it.
 * Its input is one flat object. In REST a field named in the path is read from there; of the others, a GET or DELETE has
 * them in its query, a POST or PATCH in its body.
 */
export interface Procedure<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  /** Noun and verb: `keys.create`. */
  readonly name: `${string}.${string}`;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{field}` for each input field that stands in it. */
  readonly path: `/admin/v1/${string}`;
  readonly summary: string;
  /** What the caller must at least be. */
  readonly role: Role;
  /** What concerns every organisation: only for administrators of the house's own. */
  readonly scope?: 'house';
  /** It changes nothing, although it is no GET: it waits for nobody and leaves no audit record. */
  readonly changes?: 'nothing';
  /** The HTTP status of success. */
  readonly status: 200 | 201;
  /** A strict object: a field that is not in it is refused with the nearest known name. */
  readonly input: Input;
  readonly output: Output;
  /** Members of the output, at any depth, that change by themselves: they are not part of its etag. */
  readonly volatile?: readonly string[];
  /** The field of the input in which a list is asked for as `csv`. All its items have the same members. */
  readonly csv?: 'format';
  /** It is done part by part: while the answer has a `next`, asked again with that as `after`; its counts and sums add up. */
  readonly inParts?: true;
  /** Fields that the interface reserves and this version cannot honour: field -> the sentence that says so. */
  readonly reserved?: Readonly<Record<string, string>>;
  run(context: Context, input: z.output<Input>): Promise<z.input<Output>>;
}

/** Infers the types of a procedure from its name and its schemas. */
export function procedure<Name extends Procedure['name'], Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: Procedure<Input, Output> & { readonly name: Name },
): Procedure<Input, Output> & { readonly name: Name } {
  Object.freeze(definition);
  return definition;
}
