import type { Vector } from '../../core/embed.ts';
import type { Json } from '../../core/json.ts';
import { doubleOf, parseJson } from '../exact-json.ts';
import type { Field } from '../field.ts';
import { mistyped } from '../place.ts';

/** A vector in either encoding. Numbers keep the digits in which they came, unless somebody changes them. */
export const vector: Field<Vector> = {
  path: 'embedding',
  expected: 'an array of numbers or base64',
  read(found, place) {
    if (typeof found === 'string') return { value: found };
    if (!Array.isArray(found)) throw mistyped(place, vector.expected, found);
    const numbers = found.map(doubleOf);
    if (!isNumbers(numbers)) throw mistyped(place, vector.expected, found);
    const isExact = numbers.every((one, index) => one === found[index]);
    return isExact ? { value: numbers } : { value: numbers, spelled: JSON.stringify(found) };
  },
  write: (value, _place, spelled) => (spelled === undefined ? value : writtenAs(spelled, value)),
};

function isNumbers(found: readonly Json[]): found is readonly number[] {
  return found.every((one) => typeof one === 'number');
}

function writtenAs(spelled: string, value: Vector): Json {
  const came = parseJson(spelled);
  if (!Array.isArray(came) || typeof value === 'string' || came.length !== value.length) return value;
  return came.every((one: Json, index) => doubleOf(one) === value[index]) ? came : value;
}
