import type { JsonObject } from '../../core/json.ts';
import { formatUsd } from '../../core/money.ts';
import type { UsageDimension, UsageRow } from '../../store/store.ts';
import type { DataRoute } from './openapi.ts';
import type { OrganisationFields } from './organisation-query.ts';

/** One path of OpenAI's organisation API: which usage it tells, and how. */
export interface OrganisationKind extends OrganisationFields {
  /** Below `/v1/organization`. */
  readonly path: string;
  /** What each result calls itself. */
  readonly object: string;
  /** Whether a sum belongs to it. */
  belongs(row: UsageRow): boolean;
  /** What is told of a sum. */
  spell(sum: Sum): { readonly [member: string]: unknown };
}

export type Sum = Pick<UsageRow, 'requests' | 'tokens' | 'units' | 'cost' | 'overrun'>;

/** What each field of a group is here: the user is the end user whom the caller named. */
export const groupDimensions: Readonly<Record<string, readonly UsageDimension[]>> = {
  project_id: ['project'],
  user_id: ['user'],
  api_key_id: ['key'],
  model: ['provider', 'model'],
  line_item: ['provider', 'model'],
  batch: [],
  service_tier: ['serviceTier'],
};

const people = { project_ids: 'project_id', user_ids: 'user_id', api_key_ids: 'api_key_id' };
const ofModels = {
  widths: { '1m': { usual: 60, most: 1440 }, '1h': { usual: 24, most: 168 }, '1d': { usual: 7, most: 31 } },
  groups: ['project_id', 'user_id', 'api_key_id', 'model'],
  filters: { ...people, models: 'model' },
} satisfies OrganisationFields;

/**
 * Images, characters and seconds are counted by their units, whatever the operation that made them. What nobody can ask here
 * has no usage, and is told so by empty buckets.
 * https://platform.openai.com/docs/api-reference/usage
 */
export const organisationKinds: readonly OrganisationKind[] = [
  {
    ...ofModels,
    path: 'usage/completions',
    object: 'organization.usage.completions.result',
    groups: [...ofModels.groups, 'batch', 'service_tier'],
    batch: true,
    belongs: ({ group }) => group.operation === 'chat',
    spell: completions,
  },
  {
    ...ofModels,
    path: 'usage/embeddings',
    object: 'organization.usage.embeddings.result',
    belongs: ({ group }) => group.operation === 'embed',
    spell: ofInput,
  },
  {
    ...ofModels,
    path: 'usage/moderations',
    object: 'organization.usage.moderations.result',
    belongs: ({ group }) => group.operation === 'moderate',
    spell: ofInput,
  },
  {
    ...ofModels,
    path: 'usage/images',
    object: 'organization.usage.images.result',
    belongs: ({ units }) => units.images > 0,
    spell: ({ requests, units }) => ({ images: units.images, num_model_requests: requests, size: null, source: null }),
  },
  {
    ...ofModels,
    path: 'usage/audio_speeches',
    object: 'organization.usage.audio_speeches.result',
    belongs: ({ units }) => units.characters > 0,
    spell: ({ requests, units }) => ({ characters: units.characters, num_model_requests: requests }),
  },
  {
    ...ofModels,
    path: 'usage/audio_transcriptions',
    object: 'organization.usage.audio_transcriptions.result',
    belongs: ({ units }) => units.audioSeconds > 0,
    spell: ({ requests, units }) => ({ seconds: Math.ceil(units.audioSeconds), num_model_requests: requests }),
  },
  {
    path: 'costs',
    object: 'organization.costs.result',
    widths: { '1d': { usual: 7, most: 180 } },
    groups: ['project_id', 'user_id', 'line_item', 'api_key_id'],
    filters: { project_ids: 'project_id', api_key_ids: 'api_key_id', line_items: 'line_item' },
    belongs: ({ cost, overrun, requests }) => cost + overrun !== 0n || requests > 0,
    // What was spent, charged or not. Every digit, which a number of JavaScript may not hold.
    spell: ({ cost, overrun }) => ({
      amount: { value: JSON.rawJSON(formatUsd(cost + overrun)), currency: 'usd' },
      quantity: null,
      quantity_unit: null,
    }),
  },
];

/** What the document of everything that is served says of them, below each prefix. */
export function organisationRoutes(prefixes: readonly string[]): readonly DataRoute[] {
  return prefixes.flatMap((prefix) =>
    organisationKinds.map(({ path }) => ({
      ...{ method: 'GET', path: `${prefix}/${path}`, operation: 'organization', access: 'administrators' as const },
    })),
  );
}

function ofInput({ requests, tokens }: Sum): JsonObject {
  return { input_tokens: inputOf(tokens), num_model_requests: requests };
}

/** As OpenAI counts: input has what was cached and what is heard in it, output has reasoning and speech. */
function completions({ requests, tokens }: Sum): JsonObject {
  const { output, reasoning, audioOutput } = tokens;
  return {
    input_tokens: inputOf(tokens),
    output_tokens: output + reasoning + audioOutput,
    input_cached_tokens: tokens.cachedInput,
    input_cache_write_tokens: tokens.cacheWrite + tokens.cacheWriteHour,
    input_uncached_tokens: tokens.input + tokens.audioInput,
    input_audio_tokens: tokens.audioInput,
    output_audio_tokens: audioOutput,
    output_text_tokens: output + reasoning,
    num_model_requests: requests,
  };
}

function inputOf({ input, cachedInput, cacheWrite, cacheWriteHour, audioInput }: UsageRow['tokens']): number {
  return input + cachedInput + cacheWrite + cacheWriteHour + audioInput;
}
