import type { ModelTraits } from './model-traits.ts';

/** More tokens than an image ever came to. */
const smallImage = 1_700;
const largeImage = 5_500;
const untold = { outputs: [], schemas: 'none', reasoning: 'none' } as const;

/**
 * What Claude's models take, wherever they are served; the first that matches counts. Output limits:
 * https://platform.claude.com/docs/en/models. How they think and what else they refuse meanwhile:
 * https://platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting and
 * https://platform.claude.com/docs/en/build-with-claude/effort. Structured output:
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs. Sampling: from 4.1 on one parameter at a time, from
 * 4.7 on none, https://platform.claude.com/docs/en/about-claude/models/migration-guide. A forced choice of tools is refused by
 * Opus 5.5, https://platform.claude.com/docs/en/models/opus-5-5/whats-new-opus-5-5, and from Fable 5.1 and Mythos 5.1 on,
 * https://platform.claude.com/docs/en/models/fable-5-1/migration-guide. Images are scaled down before they are counted, to some
 * 1,600 tokens, from 4.7 on to some 4,800: https://platform.claude.com/docs/en/build-with-claude/vision.
 */
export const claude: readonly ModelTraits[] = [
  ...budgeted(['claude-3-7-*'], { maxOutputTokens: 64_000, outputs: [] }),
  ...unthinking('claude-3-5-*', 8_192),
  ...unthinking('claude-3-*', 4_096),
  // Opus 4 and Sonnet 4, by their alias or their date.
  ...budgeted(['claude-opus-4-0*', 'claude-opus-4-20######'], { maxOutputTokens: 32_000, outputs: [] }),
  ...budgeted(['claude-sonnet-4-0*', 'claude-sonnet-4-20######'], { maxOutputTokens: 64_000, outputs: [] }),
  ...budgeted(['claude-opus-4-1*'], { maxOutputTokens: 32_000, outputs: [], sampling: 'one' }),
  ...budgeted(['claude-opus-4-5*', 'claude-sonnet-4-5*', 'claude-haiku-4-5*'], {
    maxOutputTokens: 64_000,
    outputs: ['json-schema'],
    schemas: 'closed',
    sampling: 'one',
  }),
  ...adaptive(['claude-opus-4-6*', 'claude-sonnet-4-6*'], {
    efforts: ['none', 'low', 'medium', 'high', 'max'],
    sampling: 'one',
    imageTokens: smallImage,
  }),
  ...adaptive(
    [
      ...['claude-opus-4-7*', 'claude-opus-4-8*', 'claude-opus-5', 'claude-opus-5-20######'],
      ...['claude-sonnet-5*', 'claude-haiku-5*'],
    ],
    { efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'], sampling: 'none', lacks: ['topK'] },
  ),
  ...adaptive(
    ['claude-fable-5', 'claude-fable-5-20######', 'claude-mythos-5', 'claude-mythos-5-20######'],
    alwaysThinking(),
  ),
  // Opus 5.5, Fable 5.1, Mythos 5.1 and whatever comes.
  ...adaptive(['claude-*'], { ...alwaysThinking(), forcedChoice: 'none' }),
  // Whatever else is served at such an address: nothing is known of its limits.
  { match: '*', ...common() },
];

/** https://platform.claude.com/docs/en/api/messages */
function common(): Omit<ModelTraits, 'match'> {
  return { limitNeeded: true, oneChoice: true, cacheBreakpoints: true };
}

/** Caches: https://platform.claude.com/docs/en/build-with-claude/prompt-caching, which is by `cache_control` alone. */
function own(): Omit<ModelTraits, 'match'> {
  return { ...common(), cachesWhenAsked: true };
}

function unthinking(match: string, maxOutputTokens: number): readonly ModelTraits[] {
  return [{ match, ...own(), maxOutputTokens, imageTokens: smallImage, ...untold }];
}

/** Told to think with a budget. */
function budgeted(patterns: readonly string[], traits: Omit<ModelTraits, 'match'>): readonly ModelTraits[] {
  const limits = { schemas: 'none', reasoning: 'budget', reasoningAlone: true, imageTokens: smallImage } as const;
  return patterns.map((match) => ({ match, ...own(), ...limits, ...traits }));
}

/** Told to think with an effort. */
function adaptive(patterns: readonly string[], traits: Omit<ModelTraits, 'match'>): readonly ModelTraits[] {
  const limits = {
    maxOutputTokens: 128_000,
    imageTokens: largeImage,
    outputs: ['json-schema'],
    schemas: 'closed',
  } as const;
  return patterns.map((match) => ({
    match,
    ...own(),
    ...limits,
    ...traits,
    reasoning: 'effort',
    reasoningAlone: true,
  }));
}

function alwaysThinking(): Omit<ModelTraits, 'match'> {
  return { efforts: ['low', 'medium', 'high', 'xhigh', 'max'], sampling: 'none', lacks: ['topK'] };
}
