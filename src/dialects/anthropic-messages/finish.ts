import type { Finish } from '../../core/chat.ts';
import type { Writing } from '../place.ts';
import { dialect } from './carry.ts';

/** What a `stop_reason` means, open for words that nobody knows yet. */
export function finishOf(word: string): Finish {
  return { reason: reasons[word] ?? 'other', raw: { dialect, wire: word } };
}

/** What else an answer has that decides how its end is told. */
export interface Ending {
  /** It asks for tools: clients of this dialect run them only if the end says so. OpenAI says `stop` after a forced call. */
  readonly callsTools: boolean;
  readonly refuses: boolean;
}

/** The `stop_reason` of an end; of an answer without one, what it must be from what the answer has. */
export function stopReason(finish: Finish | undefined, { callsTools, refuses }: Ending, place: Writing): string {
  const { reason = 'stop', raw } = finish ?? {};
  if (raw?.dialect === dialect && typeof raw.wire === 'string') return raw.wire;
  if (reason === 'error' || reason === 'other') place.lost({ path: place.path, why: 'unsupported' });
  if (reason === 'length' || reason === 'content-filter') return words[reason];
  if (refuses) return words['content-filter'];
  return callsTools ? words['tool-calls'] : words[reason];
}

const reasons: Readonly<Record<string, Finish['reason']>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
};

/** An end that failed or that is strange has no word of its own. */
const words = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  error: 'end_turn',
  other: 'end_turn',
} satisfies Record<Finish['reason'], string>;
