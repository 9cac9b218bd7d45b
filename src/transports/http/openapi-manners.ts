import type { JsonObject } from '../../core/json.ts';
import type { Procedure } from '../../management/procedure.ts';

/** What may be demanded of the way in which a change is made, as components of the document. */
export const mannerParameters: JsonObject = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'Make the change once: whoever asks the same under the same key within 24 hours is given the same answer, with `Idempotent-Replayed: true`. 409 for another question, while it is being answered, and if it is not known what came of it.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'Make the change only if it is still what this `ETag` was given for; else 412.',
    schema: { type: 'string' },
  },
};

/** References to those that a procedure heeds. */
export function mannersOf({ method, changes }: Procedure): readonly JsonObject[] {
  if (method === 'GET' || changes === 'nothing') return [];
  const names = method === 'POST' ? ['IdempotencyKey'] : ['IfMatch', 'IdempotencyKey'];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

/** The headers by which an answer of a procedure is known again. */
export function etagOf({ method, path }: Procedure): { readonly headers?: JsonObject } {
  if (method !== 'PATCH' && !(method === 'GET' && path.endsWith('}'))) return {};
  const description = 'Of what can be changed of it; what changes by itself does not change it.';
  return { headers: { ETag: { description, schema: { type: 'string' } } } };
}
