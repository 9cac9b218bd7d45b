import { peek } from '../../src/dialects/openai-chat/peek.ts';
import { followed } from '../followed.ts';

export const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };

export const chunk = (delta: object, more: object = {}): string =>
  JSON.stringify({
    id: 'c',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: null }],
    ...more,
  });

export const sse = (...data: readonly string[]): string => data.map((one) => `data: ${one}\n\n`).join('');

export const done = 'data: [DONE]\n\n';

/** What a stream gives and shows in all. */
export function follow(pieces: readonly Uint8Array<ArrayBuffer>[], hideUsage: boolean) {
  return followed(peek.stream({ hideUsage }), pieces);
}
