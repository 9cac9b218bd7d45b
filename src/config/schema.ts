import { z } from 'zod';
import { parseAddress, parseBaseUrl } from './address.ts';
import { logLevels } from './config.ts';
import { parseOpenPlace } from './open-place.ts';
import { priceSchema, unknownPriceSchema } from './price-schema.ts';
import { section, text, wholeNumber } from './schema-parts.ts';

/*
 * Every message says what is wanted; what was found is put before it by the reader. A message of a whole section is used
 * where something else stands in its place.
 */

const listen = text('an address and a port, such as 127.0.0.1:4141', (value) => parseAddress(value) !== undefined);

const log = section('a level', {
  level: z.enum(logLevels, { error: `one of ${logLevels.join(', ')}` }).optional(),
});

const aDay = 86_400_000;

const limits = section('limits', {
  max_body_bytes: wholeNumber('bytes', { from: 1_024, to: 1_073_741_824 }).default(33_554_432),
  head_timeout_ms: wholeNumber('milliseconds', { from: 1, to: aDay }).default(300_000),
  idle_timeout_ms: wholeNumber('milliseconds', { from: 1, to: aDay }).default(120_000),
  call_timeout_ms: wholeNumber('milliseconds', { from: 1, to: aDay }).default(900_000),
});

const openPlace = text(
  'a host, an address or a range of at most a /8, such as files.internal, 10.0.0.5:9000 or 10.0.0.0/8',
  (value) => parseOpenPlace(value) !== undefined,
);

const media = section('limits of media', {
  max_bytes: wholeNumber('bytes', { from: 1_024, to: 1_073_741_824 }).default(20_971_520),
  timeout_ms: wholeNumber('milliseconds', { from: 1, to: aDay }).default(10_000),
  allow: z.array(openPlace, { error: 'a list of places, such as [files.internal, 10.0.0.0/8]' }).default([]),
});

const retry = section('attempts', {
  attempts: wholeNumber('attempts at one target', { from: 1, to: 10 }).default(3),
  max_delay_ms: wholeNumber('milliseconds', { from: 0, to: aDay }).default(10_000),
});

const budgets = section('what holds for every budget', {
  min_output_tokens: wholeNumber('tokens', { from: 1, to: 100_000 }).default(16),
});

const differences = {
  without: z.array(text('the name of a request field'), { error: 'a list of names of request fields' }).optional(),
  renamed: z
    .record(z.string(), text('the name of a request field'), {
      error: 'a map of request fields, such as { max_completion_tokens: max_tokens }',
    })
    .optional(),
  usage_unasked: z.boolean({ error: 'true or false' }).optional(),
  ends_unmarked: z.boolean({ error: 'true or false' }).optional(),
};

/** What is said of every door, and under `dialects` of one; who knows the kind looks at their names. */
const adjust = section('without, renamed, usage_unasked, ends_unmarked or dialects', {
  ...differences,
  dialects: z
    .record(z.string(), section('without, renamed, usage_unasked or ends_unmarked', differences), {
      error: 'a map of dialects, such as { openai-embeddings: { without: [user] } }',
    })
    .optional(),
});

const headerText = /^[\x20-\x7e]{1,8192}$/;
const modelText = /^[^\p{Cc}\p{Cs}]{1,512}$/u;

const deploymentText = /^(?!\.+$)[\w.-]{1,128}$/;

/** The models of a provider, by their names alone. */
export const modelNamesSchema = z.array(
  text('the name of a model', (value) => modelText.test(value)),
  { error: 'a list of names of models' },
);

const aFlag = z.boolean({ error: 'true or false' }).optional();
const tokens = wholeNumber('tokens', { from: 1, to: 1_000_000_000 }).optional();

/** What is known of one model. */
export const factsSchema = section('limits and abilities', {
  context_window: tokens,
  max_output_tokens: tokens,
  vision: aFlag,
  tools: aFlag,
  json_schema: aFlag,
  reasoning: aFlag,
  operations: z
    .array(z.enum(['chat', 'embed'], { error: 'chat or embed' }), { error: 'a list of chat and embed' })
    .optional(),
  retires: text(
    'a day, such as 2027-01-31',
    (value) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  ).optional(),
});

/** The models of a provider with what is known of each. */
export const modelFactsSchema = z.record(
  text('the name of a model', (value) => modelText.test(value)),
  factsSchema.nullable(),
  { error: 'a map of models, such as { qwen3: { context_window: 32768 } }' },
);

/** One entry of `providers`. Its kind and its key are looked at by who knows them. */
export const providerSchema = section('settings', {
  type: text('the name of a kind of provider').optional(),
  api_key: z.unknown().optional(),
  base_url: text(
    'an http or https address without user, query or fragment, such as https://api.openai.com/v1',
    (value) => parseBaseUrl(value) !== undefined,
  ).optional(),
  headers: z
    .record(
      z.string(),
      text('a text that can stand in a header', (value) => headerText.test(value)),
      { error: 'a map of headers' },
    )
    .optional(),
  models: z.unknown().optional(),
  api_version: text('a version of the API, such as 2024-10-21, preview or v1', (value) =>
    /^[\w.-]{1,64}$/.test(value),
  ).optional(),
  deployments: z
    .record(
      z.string(),
      text('the name of a deployment', (value) => deploymentText.test(value)),
      { error: 'a map of models, such as { gpt-5: my-deployment }' },
    )
    .optional(),
  tenant_id: text('the id or the domain of a tenant', (value) => /^[\w.-]{1,200}$/.test(value)).optional(),
  client_id: text('the id of an application or an identity', (value) => /^[\w.-]{1,200}$/.test(value)).optional(),
  client_secret: z.unknown().optional(),
  managed_identity: z.boolean({ error: 'true or false' }).optional(),
  prices: z
    .record(z.string(), priceSchema, { error: 'a map of models, such as { "*": { input: 0, output: 0 } }' })
    .optional(),
  free: section('requests_per_day or tokens_per_day', {
    requests_per_day: wholeNumber('calls', { from: 1, to: 1_000_000_000 }).optional(),
    tokens_per_day: wholeNumber('tokens', { from: 1, to: 1_000_000_000_000 }).optional(),
  })
    .refine((given) => Object.keys(given).length > 0, { error: 'requests_per_day, tokens_per_day or both' })
    .optional(),
  adjust: adjust.optional(),
});

/** A model or another alias, as an alias names it. */
export const referenceSchema = text('a model, such as openai/gpt-5-mini, or another alias', (value) =>
  modelText.test(value),
);

/** One entry of `models`. */
export const aliasSchema = section('targets or a pin', {
  pin: referenceSchema.optional(),
  targets: z
    .array(section('a model', { model: referenceSchema }), {
      error: 'a list of targets, such as [{ model: openai/gpt-5-mini }]',
    })
    .optional(),
  fallback: z.array(referenceSchema, { error: 'a list of models' }).optional(),
});

/** The whole file, part by part. */
export const rootSchema = section('settings', {
  listen: listen.optional(),
  admin_listen: listen.optional(),
  data: text('the path of a directory').optional(),
  log: log.prefault({}),
  limits: limits.prefault({}),
  media: media.prefault({}),
  retry: retry.prefault({}),
  budgets: budgets.prefault({}),
  unknown_price: unknownPriceSchema.optional(),
  providers: z
    .record(z.string(), z.unknown(), {
      error: `a map of providers, such as { openai: { api_key: "\${OPENAI_API_KEY}" } }`,
    })
    .prefault({}),
  models: z
    .record(z.string(), z.unknown(), { error: 'a map of aliases, such as { fast: openai/gpt-5-mini }' })
    .prefault({}),
});

export type ModelFactsInput = z.output<typeof factsSchema>;
export type ProviderInput = z.output<typeof providerSchema>;

/** Words of the interface that this version cannot honour yet: saying so is better than ignoring them. */
export const notYet: Readonly<Record<string, string>> = {
  grpc_listen: 'this version has no gRPC; take it out.',
  database_url: 'this version keeps everything in SQLite, in its data directory; take it out.',
  redis_url: 'this version keeps everything in SQLite and in memory; take it out.',
  weight:
    'this version does not balance between targets; name one under targets and list the others, in order of preference, under fallback.',
  strategy:
    'this version does not balance between targets; name one under targets and list the others, in order of preference, under fallback.',
};
