import type { Principal } from '../../core/call.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Ids } from '../../core/ports.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { failureAnswer } from './answer.ts';
import { credentialOf } from './credential.ts';
import type { PlainRoute } from './front.ts';

export interface ModelListTools {
  readonly identify: (credential: string | undefined) => Principal;
  /** What this caller may use, in a stable order. */
  readonly list: (principal: Principal) => readonly { readonly id: string; readonly ownedBy: string }[];
  readonly dialect: Dialect;
  readonly ids: Ids;
}

/** `GET /v1/models` and `/v1/models/{id}` as OpenAI's clients expect them, showing what the caller's key may use. */
export function modelList(tools: ModelListTools, path: string): PlainRoute {
  return {
    method: 'GET',
    path,
    below: true,
    answer(request, rest) {
      const requestId = tools.ids.make('req');
      try {
        const models = tools.list(tools.identify(credentialOf(request.headers, ['authorization'])));
        const body = rest === '' ? { object: 'list', data: models.map(spelled) } : one(models, decoded(rest));
        return Response.json(body, { headers: { 'x-request-id': requestId } });
      } catch (thrown) {
        return failureAnswer(tools.dialect, asFailure(thrown), requestId);
      }
    },
  };
}

type ListedModel = ReturnType<ModelListTools['list']>[number];

/** `created` is a number in OpenAI's clients; when a model came to be is not known here, so it is 0. */
function spelled({ id, ownedBy }: ListedModel): JsonObject {
  return { id, object: 'model', created: 0, owned_by: ownedBy };
}

function one(models: readonly ListedModel[], id: string): JsonObject {
  const found = models.find((model) => model.id === id);
  if (found === undefined)
    throw new Failure('model-unknown', `There is no model ${JSON.stringify(id.slice(0, 200))} here.`);
  return spelled(found);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Failure('request-invalid', 'The path is not properly percent-encoded.');
  }
}
