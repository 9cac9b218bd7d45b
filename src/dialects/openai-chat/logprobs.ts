import type { Logprobs, TokenLogprob } from '../../core/chat.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { type Element, type Field, list, number, required, text } from '../field.ts';
import { mistyped } from '../place.ts';
import { shape } from './carry.ts';

const bytes: Field<readonly number[]> = {
  path: 'bytes',
  expected: 'an array of integers',
  read: (found) => (isNumbers(found) ? { value: found } : undefined),
  write: (value) => value,
};

const token: Element<TokenLogprob> = {
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    return tokenShape.decode(found, place);
  },
  write: (value, place) => tokenShape.encode(value, place),
};

const tokenShape = shape<Omit<TokenLogprob, 'extras' | 'spelling'>>({
  token: required(text('token')),
  logprob: required(number('logprob')),
  bytes,
  top: list('top_logprobs', token),
});

export const logprobsShape = shape<Omit<Logprobs, 'extras' | 'spelling'>>({
  content: list('content', token),
  refusal: list('refusal', token),
});

/** Left in the extras if it has neither: null, or an older form. */
export const logprobs: Field<Logprobs> = {
  path: 'logprobs',
  expected: 'an object',
  read(found, place) {
    if (!isJsonObject(found) || !(isTokens(found['content']) || isTokens(found['refusal']))) return undefined;
    return { value: logprobsShape.decode(found, place) };
  },
  write: (value, place) => logprobsShape.encode(value, place),
};

function isTokens(found: Json | undefined): boolean {
  return Array.isArray(found) && found.every((one) => isJsonObject(one));
}

function isNumbers(found: Json): found is readonly number[] {
  return Array.isArray(found) && found.every((one) => typeof one === 'number');
}
