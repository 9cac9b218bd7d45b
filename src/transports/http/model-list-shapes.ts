import { Failure } from '../../core/failure.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { ListedModel, ModelListShape } from './model-list.ts';

/** https://platform.openai.com/docs/api-reference/models: all of them at once. */
export function openaiModels(dialect: Dialect): ModelListShape {
  // `created` is a number in OpenAI's clients; when a model came to be is not known here, so it is 0.
  const one = ({ id, ownedBy }: ListedModel): JsonObject => ({ id, object: 'model', created: 0, owned_by: ownedBy });
  return {
    dialect,
    credential: ['authorization'],
    all: (models) => ({ object: 'list', data: models.map(one) }),
    one,
  };
}

/** https://platform.claude.com/docs/en/api/models-list: in pages, by the ids at their ends. */
export function anthropicModels(dialect: Dialect): ModelListShape {
  return {
    dialect,
    credential: ['x-api-key', 'authorization'],
    all(models, query) {
      const { data, more } = pageOf(models, query);
      return {
        data: data.map(anthropicModel),
        has_more: more,
        first_id: data.at(0)?.id ?? null,
        last_id: data.at(-1)?.id ?? null,
      };
    },
    one: anthropicModel,
  };
}

/** The vendor's own word for a day that is not known is the epoch. Limits that nobody knows are left out. */
function anthropicModel({ id, contextTokens, maxOutputTokens }: ListedModel): JsonObject {
  return {
    type: 'model',
    id,
    display_name: id,
    created_at: '1970-01-01T00:00:00Z',
    ...(contextTokens === undefined ? {} : { max_input_tokens: contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { max_tokens: maxOutputTokens }),
  };
}

const pageSizes = { usual: 20, most: 1000 } as const;

function pageOf(
  models: readonly ListedModel[],
  query: URLSearchParams,
): { readonly data: readonly ListedModel[]; readonly more: boolean } {
  const limit = limitIn(query.get('limit'));
  const after = query.get('after_id');
  const before = query.get('before_id');
  if (after !== null && before !== null) throw wrong('before_id', 'cannot be combined with after_id');
  if (before !== null) {
    const earlier = models.slice(0, placeOf(models, 'before_id', before));
    return { data: earlier.slice(-limit), more: earlier.length > limit };
  }
  const later = after === null ? models : models.slice(placeOf(models, 'after_id', after) + 1);
  return { data: later.slice(0, limit), more: later.length > limit };
}

function limitIn(text: string | null): number {
  if (text === null) return pageSizes.usual;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > pageSizes.most) throw wrong('limit', `is a whole number from 1 to ${pageSizes.most}`);
  return limit;
}

function placeOf(models: readonly ListedModel[], name: string, id: string): number {
  const place = models.findIndex((model) => model.id === id);
  if (place < 0) throw wrong(name, 'is the id of a model that is listed here');
  return place;
}

function wrong(name: string, rule: string): Failure {
  return new Failure('request-invalid', `${name} ${rule}.`, { param: name });
}
