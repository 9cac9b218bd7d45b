import type { ChatEvent } from '../../src/core/chat.ts';
import { stream } from '../../src/dialects/openai-chat/stream.ts';
import type { Frame } from '../../src/dialects/sse.ts';

export const wireHead = { id: 'c', model: 'm', created: 1_790_000_000, object: 'chat.completion.chunk' };

export function decoded(frames: readonly Frame[]): readonly ChatEvent[] {
  const decoder = stream.decoder();
  return frames.flatMap((frame) => decoder.push(frame));
}

export function spelled(events: readonly ChatEvent[]): readonly unknown[] {
  const encoder = stream.encoder((loss) => {
    throw new Error(`lost ${JSON.stringify(loss)}`);
  });
  const frames = [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];
  return frames.map(({ comment, data = '' }) => {
    if (comment !== undefined) return `:${comment}`;
    return data === '[DONE]' ? data : JSON.parse(data);
  });
}

export function chunk(delta: object, finish: string | null = null) {
  return { ...wireHead, choices: [{ index: 0, delta, finish_reason: finish }] };
}
