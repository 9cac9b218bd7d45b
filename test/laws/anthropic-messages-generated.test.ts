import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { ChatEvent } from '../../src/core/chat.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import {
  blocksIn,
  expectMessage,
  expectStream,
  factsOfBlocks,
  factsOfEvents,
  factsOfFrames,
  factsOfValue,
  streamed,
  whole,
} from './anthropic-heard.ts';
import { chatResponses } from './chat-answer-values.ts';
import { streamChunks } from './chat-chunk-values.ts';

describe('generated openai-chat answers at a door of anthropic-messages', () => {
  test('are valid messages, and what could not be said was told', () => {
    fc.assert(
      fc.property(chatResponses(), (value) => {
        const { message, lost } = whole(value);
        expectMessage('generated', message);
        expect(factsOfBlocks(blocksIn(message))).toEqual(factsOfValue(value));
        const others = value.choices.length - 1;
        expect(lost.filter(({ path }) => /^choices\[\d+\]$/.test(path)).length).toBeGreaterThanOrEqual(
          Math.max(0, others),
        );
      }),
      { numRuns: 400 },
    );
  });

  test('are valid streams, however their pieces are mixed', () => {
    fc.assert(
      fc.property(streamChunks(), (chunks) => {
        const decoder = openaiChat.stream.decoder();
        const events = chunks.flatMap((chunk) => decoder.push({ data: JSON.stringify(chunk) }));
        const all: readonly ChatEvent[] = [...events.filter(({ type }) => type !== 'error'), { type: 'response-end' }];
        const { frames } = streamed(all);
        expectStream('generated', frames);
        const { text, thoughts } = factsOfFrames(frames);
        expect({ text, thoughts }).toEqual({ text: factsOfEvents(all).text, thoughts: factsOfEvents(all).thoughts });
      }),
      { numRuns: 400 },
    );
  });

  test('parallel calls come whole, however their arguments are interleaved', () => {
    const calls = fc.array(fc.array(fc.constantFrom('{"a":', '"x', ' }', '1', '}', ''), { maxLength: 5 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(calls, fc.array(fc.nat(3), { maxLength: 24 }), (all, order) => {
        const inputs = all.map((pieces, index) => `{"n":${index},"t":${JSON.stringify(pieces.join(''))}}`);
        const events = interleaved(inputs, order);
        const { frames, lost } = streamed([...events, { type: 'response-end' }]);
        expectStream('interleaved', frames);
        expect(factsOfFrames(frames).calls).toEqual(inputs.map((input, index) => [`call_${index}`, 'f', input]));
        expect(lost).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

/** Starts and pieces of calls, in an order that chance gives. */
function interleaved(inputs: readonly string[], order: readonly number[]): readonly ChatEvent[] {
  const left = inputs.map((input) => [...(input.match(/.{1,4}/g) ?? [])]);
  const begun = new Set<number>();
  const events: ChatEvent[] = [];
  const next = (call: number): void => {
    const piece = begun.has(call) ? left[call]?.shift() : undefined;
    if (!begun.has(call)) {
      events.push({ type: 'tool-call-start', choice: 0, call, kind: 'function', id: `call_${call}`, name: 'f' });
      begun.add(call);
    } else if (piece !== undefined) events.push({ type: 'tool-call-delta', choice: 0, call, text: piece });
  };
  // Calls begin in order; their pieces come as they like.
  for (const pick of order) next(Math.min(pick % inputs.length, begun.size));
  for (const [call, pieces] of left.entries()) for (let rest = pieces.length + 2; rest > 0; rest -= 1) next(call);
  return events;
}
