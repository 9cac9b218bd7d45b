import { describe, expect, test } from 'bun:test';
import type { ChatEvent, ChatResponse } from '../../src/core/chat.ts';
import { Failure } from '../../src/core/failure.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { frameReader } from '../../src/dialects/sse.ts';
import { handmade, type Recording, recorded } from '../recordings.ts';
import { sseText } from '../sse-text.ts';
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

const suites = [
  { name: 'recorded', cases: recorded('openai-chat') },
  { name: 'hand-made', cases: handmade('openai-chat') },
];

for (const { name, cases } of suites) {
  const run = test.skipIf(cases.length === 0);

  describe(`${name} openai-chat answers at a door of anthropic-messages`, () => {
    run('are valid messages and say the same', () => {
      let count = 0;
      for (const one of cases) {
        const value = one.status < 300 && one.responseChunks === undefined ? answerOf(one) : undefined;
        if (value === undefined) continue;
        const message = whole(value).message;
        expectMessage(one.id, message);
        expect({ id: one.id, ...factsOfBlocks(blocksIn(message)) }).toEqual({ id: one.id, ...factsOfValue(value) });
        count += 1;
      }
      console.log(`  ${name} openai-chat answers as messages: ${count} cases`);
      expect(count).toBeGreaterThan(0);
    });

    run('are valid streams and say the same', () => {
      let count = 0;
      for (const one of cases) {
        if (one.responseChunks === undefined) continue;
        const events = eventsOf(one);
        const { frames, lost } = streamed(events);
        const failed = events.some(({ type }) => type === 'error');
        if (!failed) expectStream(one.id, frames);
        // Arguments that go on after they were a whole JSON object are broken anyway, and told as lost.
        const late = lost.some(({ why }) => why === 'late') ? { calls: [] } : {};
        expect({ id: one.id, ...factsOfFrames(frames), ...late }).toEqual({
          id: one.id,
          ...factsOfEvents(events),
          ...late,
        });
        count += 1;
      }
      console.log(`  ${name} openai-chat streams as messages: ${count} cases`);
      expect(count).toBeGreaterThan(0);
    });
  });
}

function answerOf(one: Recording): ChatResponse | undefined {
  try {
    return openaiChat.response.decode({ kind: 'json', bytes: bytes(JSON.stringify(one.responseBody)) });
  } catch (thrown) {
    if (thrown instanceof Failure) return undefined;
    throw thrown;
  }
}

function eventsOf(one: Recording): readonly ChatEvent[] {
  const decoder = openaiChat.stream.decoder();
  const events = frameReader()
    .push(bytes(sseText(one)))
    .flatMap((frame) => decoder.push(frame));
  return [...events, ...decoder.end()];
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
