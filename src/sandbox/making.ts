import { Failure } from '../core/failure.ts';
import type { Draw } from './chance.ts';

/** A value in the making: where its schema stands in the request, and the chance to draw from. */
export interface Making {
  readonly path: string;
  readonly draw: Draw;
}

/** Says that no value can be made for a schema, and why. */
export function unmakeable(at: { readonly path: string }, why: string): Failure {
  const message = `Invalid schema at '${at.path}': the sandbox cannot make a value for it: ${why}.`;
  return new Failure('request-invalid', message, { param: at.path, code: 'invalid_schema' });
}
