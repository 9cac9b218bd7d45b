import type { Principal } from '../../core/call.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Ids } from '../../core/ports.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { failureAnswer, requestIds } from './answer.ts';
import { credentialOf } from './credential.ts';
import type { PlainRoute } from './front.ts';
import { pathOf, type Vendor, vendorOf } from './vendor.ts';

export interface ModelListTools {
  readonly identify: (credential: string | undefined) => Principal;
  /** What this caller may use, in a stable order. */
  readonly list: (principal: Principal) => readonly ListedModel[];
  readonly shapes: Readonly<Record<Vendor, ModelListShape>>;
  readonly ids: Ids;
}

export interface ListedModel {
  readonly id: string;
  readonly ownedBy: string;
  /** Where they are known. */
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
}

/** How the clients of one vendor ask for models and read them. */
export interface ModelListShape {
  /** In which failures are spelled. */
  readonly dialect: Dialect;
  /** Where these clients put their key, in order of preference. */
  readonly credential: readonly string[];
  all(models: readonly ListedModel[], query: URLSearchParams): JsonObject;
  one(model: ListedModel): JsonObject;
}

/** `GET /v1/models` and `/v1/models/{id}`, in the shape that the caller's SDK expects, showing what its key may use. */
export function modelList(tools: ModelListTools, path: string): PlainRoute {
  return {
    method: 'GET',
    path,
    below: true,
    told: [path, `${path}/{id}`].map((each) => ({ method: 'GET', path: each, operation: 'models' })),
    answer(request, rest) {
      const requestId = tools.ids.make('req');
      const shape = tools.shapes[vendorOf(pathOf(request.url), request.headers)];
      try {
        const models = tools.list(tools.identify(credentialOf(request.headers, shape.credential)));
        const body =
          rest === '' ? shape.all(models, new URL(request.url).searchParams) : shape.one(theOne(models, decoded(rest)));
        return Response.json(body, { headers: requestIds(shape.dialect, requestId) });
      } catch (thrown) {
        return failureAnswer(shape.dialect, asFailure(thrown), requestId);
      }
    },
  };
}

function theOne(models: readonly ListedModel[], id: string): ListedModel {
  const found = models.find((model) => model.id === id);
  if (found === undefined)
    throw new Failure('model-unknown', `There is no model ${JSON.stringify(id.slice(0, 200))} here.`);
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Failure('request-invalid', 'The path is not properly percent-encoded.');
  }
}
