import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { chatResponses } from './chat-answer-values.ts';
import { streamChunks } from './chat-chunk-values.ts';
import { chatRequests } from './chat-values.ts';

const { request, response, stream } = openaiChat;
const runs = { numRuns: 400 };

test('every request value that openai-chat can say survives it', () => {
  fc.assert(
    fc.property(chatRequests(), (value) => {
      expect(request.decode(request.encode(value, neverLost))).toStrictEqual(value);
    }),
    runs,
  );
}, 60_000);

test('every answer value that openai-chat can say survives it', () => {
  fc.assert(
    fc.property(chatResponses(), (value) => {
      expect(response.decode(response.encode(value, neverLost))).toStrictEqual(value);
    }),
    runs,
  );
}, 60_000);

test('every chunk comes back as one frame, as it was, before the next is read', () => {
  fc.assert(
    fc.property(streamChunks(), (chunks) => {
      const decoder = stream.decoder();
      const encoder = stream.encoder(neverLost);
      for (const chunk of chunks) {
        const frames = decoder.push({ data: JSON.stringify(chunk) }).flatMap((event) => encoder.push(event));
        expect(frames.map(({ data = '' }) => JSON.parse(data))).toEqual([chunk]);
      }
    }),
    runs,
  );
}, 60_000);

function neverLost(loss: unknown): never {
  throw new Error(`lost ${JSON.stringify(loss)} within one dialect`);
}
