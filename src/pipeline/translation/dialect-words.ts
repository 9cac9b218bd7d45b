import type { DialectName } from '../../core/payload.ts';

/** What a dialect has no words for, whatever the model, though it can be brought about otherwise. */
export interface DialectWords {
  /** It can tell how to think by an effort alone. */
  readonly reasoning?: 'effort';
  /** It cannot tell which of the offered tools may be used: the others are not offered. */
  readonly allowedTools?: 'offered-alone';
}

export function wordsOf(dialect: DialectName): DialectWords {
  return words[dialect] ?? everyWord;
}

const everyWord: DialectWords = {};

const words: { readonly [Name in DialectName]?: DialectWords } = {
  'openai-chat': { reasoning: 'effort' },
  'anthropic-messages': { allowedTools: 'offered-alone' },
  'anthropic-token-count': { allowedTools: 'offered-alone' },
};
