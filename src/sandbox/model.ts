import { Failure } from '../core/failure.ts';
import type { Json } from '../core/json.ts';
import { type Behaviour, behaviourOf } from './behaviour.ts';
import { type Place, placeOf, requiredString } from './field.ts';

/** The body of a request, whatever is asked. Throws `Failure('request-invalid')` if it is no JSON object. */
export function requestIn(bytes: Uint8Array): Place {
  return placeOf(parsed(bytes), '');
}

/** Which of these models is asked, and how it shall behave: `echo?fail=429`. `header` is the `x-trestle-sandbox` one. */
export function modelOf<Model extends string>(
  request: Place,
  header: string,
  models: readonly Model[],
): { readonly model: Model; readonly behaviour: Behaviour } {
  const [name = '', ...rest] = requiredString(request, 'model').split('?');
  const model = models.find((each) => each === name);
  if (model === undefined) {
    const message = `The sandbox has no model '${name}' for this; there are: ${models.join(', ')}.`;
    throw new Failure('model-unknown', message, { param: 'model', code: 'model_not_found' });
  }
  const sources = [
    { query: rest.join('?'), param: 'model' },
    { query: header.replace(/^\?/, ''), param: 'x-trestle-sandbox' },
  ];
  return { model, behaviour: behaviourOf(sources) };
}

function parsed(bytes: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Failure('request-invalid', 'We could not parse the JSON body of your request.', { cause });
  }
}
