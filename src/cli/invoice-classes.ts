import type { UnitClassName, UsageClassName } from '../core/usage.ts';

/** What our ledger counted of a model on a day. */
export interface Counted {
  readonly tokens: { readonly [Name in UsageClassName]: number };
  readonly units: { readonly [Name in UnitClassName]: number };
}

/** One number of a vendor's report: what it is of ours, by the vendor's own definition of it. */
export interface InvoiceClass {
  /** Where it stands in a result. */
  readonly path: string;
  ours(counted: Counted): number;
}

/** A kind of result in a report of usage. */
export interface ResultKind {
  /** Which operation's usage it tells; all of them if absent. */
  readonly operation?: string;
  readonly classes: readonly InvoiceClass[];
}

/**
 * OpenAI's results, by what they call themselves. Its input has what was cached, written to the cache and heard in it, its output has
 * reasoning and speech. https://developers.openai.com/api/docs/api-reference/usage
 */
export const openaiResults: Readonly<Record<string, ResultKind>> = {
  'organization.usage.completions.result': {
    operation: 'chat',
    classes: [
      { path: 'input_tokens', ours: input },
      { path: 'input_cached_tokens', ours: ({ tokens }) => tokens.cached_input },
      { path: 'input_cache_write_tokens', ours: ({ tokens }) => tokens.cache_write + tokens.cache_write_1h },
      { path: 'input_audio_tokens', ours: ({ tokens }) => tokens.audio_input },
      { path: 'output_tokens', ours: ({ tokens }) => tokens.output + tokens.reasoning + tokens.audio_output },
      { path: 'output_audio_tokens', ours: ({ tokens }) => tokens.audio_output },
    ],
  },
  'organization.usage.embeddings.result': { operation: 'embed', classes: [{ path: 'input_tokens', ours: input }] },
  'organization.usage.moderations.result': { operation: 'moderate', classes: [{ path: 'input_tokens', ours: input }] },
  'organization.usage.images.result': { classes: [{ path: 'images', ours: ({ units }) => units.image }] },
  'organization.usage.audio_speeches.result': {
    classes: [{ path: 'characters', ours: ({ units }) => units.character }],
  },
  'organization.usage.audio_transcriptions.result': {
    classes: [{ path: 'seconds', ours: ({ units }) => units.audio_second }],
  },
};

/**
 * Anthropic's only kind. Nothing is part of anything else there, but for thinking, which is output.
 * https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_messages
 */
export const anthropicResult: ResultKind = {
  operation: 'chat',
  classes: [
    { path: 'uncached_input_tokens', ours: ({ tokens }) => tokens.input + tokens.audio_input },
    { path: 'cache_read_input_tokens', ours: ({ tokens }) => tokens.cached_input },
    { path: 'cache_creation.ephemeral_5m_input_tokens', ours: ({ tokens }) => tokens.cache_write },
    { path: 'cache_creation.ephemeral_1h_input_tokens', ours: ({ tokens }) => tokens.cache_write_1h },
    { path: 'output_tokens', ours: ({ tokens }) => tokens.output + tokens.reasoning + tokens.audio_output },
  ],
};

/** Numbers that say again what others say, split another way, or that count calls, which a vendor counts where we retry. */
export const restated: ReadonlySet<string> = new Set([
  ...['num_model_requests', 'input_uncached_tokens', 'input_text_tokens', 'output_text_tokens'],
  ...['input_cached_text_tokens', 'input_cached_audio_tokens', 'input_cache_write_30m_tokens'],
  'input_cache_write_12h_tokens',
]);

function input({ tokens }: Counted): number {
  return tokens.input + tokens.cached_input + tokens.cache_write + tokens.cache_write_1h + tokens.audio_input;
}
