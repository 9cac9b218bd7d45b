import { Failure } from '../../core/failure.ts';
import { type ParameterType, type ParameterWords, variantOf } from '../parameter.ts';

/** How Anthropic's own API words its refusals of a parameter. https://platform.claude.com/docs/en/api/errors */
export const parameterWords: ParameterWords = {
  wrongType: (name, type, found) => wrongType(name, expected[type], found),
  tooSmall: (name, least, found) =>
    invalid(name, `Input should be greater than or equal to ${least}, but it is ${found}.`),
  tooLarge: (name, most, found) => invalid(name, `Input should be less than or equal to ${most}, but it is ${found}.`),
};

/** The refusal of a value of another type. `found` has its article. */
export function wrongType(name: string, expected: string, found: string): Failure {
  return invalid(name, `Input should be a valid ${expected}, but it is ${found}.`);
}

/** The refusal of a request that lacks what it must have. `remedy` is a sentence. */
export function missing(name: string, remedy: string): Failure {
  return invalid(name, `Field required. ${remedy}`);
}

/** Refuses a key that is a known one but for its case. `prefix` is the path of the object that it stands in. */
export function refuseVariant(key: string, known: ReadonlySet<string>, prefix = ''): void {
  const variant = variantOf(key, known);
  if (variant === undefined) return;
  const remedy = `Some servers would read it as '${variant}'; spell it so or leave it out.`;
  throw invalid(`${prefix}${key}`, `Extra inputs are not permitted. ${remedy}`);
}

export function invalid(param: string, sentence: string): Failure {
  return new Failure('request-invalid', `${param}: ${sentence}`, { param });
}

const expected: Readonly<Record<ParameterType, string>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'integer',
  object: 'object',
  'list of objects': 'list',
};
