import type { Finish } from '../../core/chat.ts';
import type { Field } from '../field.ts';
import { dialect } from './carry.ts';

/** `finish_reason`, open for words that nobody knows yet. */
export const finish: Field<Finish> = {
  path: 'finish_reason',
  expected: 'a string',
  read: (found) => (typeof found === 'string' && found !== '' ? { value: finishOf(found) } : undefined),
  write: wordOf,
};

export function finishOf(word: string): Finish {
  return { reason: reasons[word] ?? 'other', raw: { dialect, wire: word } };
}

export function wordOf({ reason, raw }: Finish): string {
  return raw?.dialect === dialect && typeof raw.wire === 'string' ? raw.wire : words[reason];
}

const reasons: Readonly<Record<string, Finish['reason']>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  // OpenRouter's and Mistral's, when the model broke off.
  error: 'error',
  // Mistral's: the model's own limit.
  model_length: 'length',
  // Text Generation Inference and Together.
  eos_token: 'stop',
  eos: 'stop',
  stop_sequence: 'stop',
};

/** OpenAI has no word for an answer that failed or ended strangely, and its clients know only its own. */
const words = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  error: 'stop',
  other: 'stop',
} satisfies Record<Finish['reason'], string>;
