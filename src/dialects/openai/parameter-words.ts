import { Failure } from '../../core/failure.ts';
import { type ParameterType, type ParameterWords, variantOf } from '../parameter.ts';

/** How OpenAI's own API words its refusals of a parameter. https://platform.openai.com/docs/guides/error-codes */
export const parameterWords: ParameterWords = {
  wrongType: (name, type, found) => wrongType(name, expected[type], found),
  tooSmall: (name, least, found) =>
    outOfRange(name, 'integer_below_min_value', `below minimum value. Expected a value >= ${least}, but got ${found}`),
  tooLarge: (name, most, found) =>
    outOfRange(name, 'integer_above_max_value', `above maximum value. Expected a value <= ${most}, but got ${found}`),
};

/** The refusal of a value of another type. `expected` and `found` have their articles. */
export function wrongType(name: string, expected: string, found: string): Failure {
  const what = `expected ${expected}, but got ${found} instead`;
  return invalid(name, 'invalid_type', `Invalid type for '${name}': ${what}. Send ${expected}.`);
}

/** The refusal of a request that lacks what it must have. `remedy` is a sentence. */
export function missing(name: string, remedy: string): Failure {
  return invalid(name, 'missing_required_parameter', `Missing required parameter: '${name}'. ${remedy}`);
}

/** Refuses a key that is a known one but for its case. `prefix` is the path of the object that it stands in. */
export function refuseVariant(key: string, known: ReadonlySet<string>, prefix = ''): void {
  const variant = variantOf(key, known);
  if (variant === undefined) return;
  const remedy = `Some servers would read it as '${variant}'; spell it so or leave it out.`;
  throw invalid(`${prefix}${key}`, 'unknown_parameter', `Unknown parameter: '${prefix}${key}'. ${remedy}`);
}

export function invalid(param: string, code: string, sentence: string): Failure {
  return new Failure('request-invalid', sentence, { param, code });
}

const expected: Readonly<Record<ParameterType, string>> = {
  string: 'a string',
  boolean: 'a boolean',
  integer: 'a whole number',
  object: 'an object',
  'list of objects': 'an array of objects',
};

function outOfRange(name: string, code: string, what: string): Failure {
  return invalid(name, code, `Invalid '${name}': integer ${what} instead. Send a value in range, or leave it out.`);
}
