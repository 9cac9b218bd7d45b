import { type Given, parameterReader } from '../parameter.ts';
import { invalid, missing, parameterWords } from './parameter-words.ts';

/** Reads the parameters of a request and refuses them as OpenAI does. */
export const parameters = parameterReader(parameterWords);

/** The model's name as the caller wrote it, which every request must have. */
export function modelOf(given: Given): string {
  const model = parameters.text(given, 'model');
  const remedy = 'Name one of the models that GET /v1/models lists.';
  if (model === undefined) throw missing('model', remedy);
  if (model === '') throw invalid('model', 'empty_string', `Invalid 'model': empty string. ${remedy}`);
  return model;
}
