import { Failure } from '../core/failure.ts';
import type { Json } from '../core/json.ts';
import type { Lost } from '../core/loss.ts';

/** Where in a body we are. */
export interface Place {
  /** `messages[3].content[0].type`; empty at the top. */
  readonly path: string;
}

/** A place that is being read: a caller's request, or a provider's answer. */
export interface Reading extends Place {
  readonly of: 'request' | 'answer';
}

/** A place that is being written. */
export interface Writing extends Place {
  readonly lost: Lost;
}

/** The place of a member or list element. */
export function at<P extends Place>(place: P, step: string | number): P {
  if (typeof step === 'number') return { ...place, path: `${place.path}[${step}]` };
  return { ...place, path: place.path === '' ? step : `${place.path}.${step}` };
}

/** A failure that says what should stand here and what does. */
export function mistyped(place: Reading, expected: string, found: Json | undefined): Failure {
  if (place.of === 'answer') {
    const is = found === undefined ? 'it is missing' : `it is ${article(found)}`;
    return garbled(`'${place.path}' should be ${expected}, but ${is}`);
  }
  if (found === undefined) {
    return new Failure('request-invalid', `Missing required parameter: '${place.path}'.`, { param: place.path });
  }
  return new Failure(
    'request-invalid',
    `Invalid type for '${place.path}': expected ${expected}, but got ${article(found)} instead.`,
    { param: place.path },
  );
}

/** A provider said something that its own API does not say. */
export function garbled(what: string): Failure {
  return new Failure('provider-garbled', `The provider's answer could not be understood: ${what}.`);
}

function article(found: Json): string {
  if (found === null) return 'null';
  if (Array.isArray(found)) return 'an array';
  if (JSON.isRawJSON(found)) return 'a number';
  if (typeof found === 'object') return 'an object';
  if (typeof found === 'number') return Number.isInteger(found) ? 'an integer' : 'a decimal number';
  return typeof found === 'string' ? 'a string' : 'a boolean';
}
