import type { Json, JsonObject } from '../../src/core/json.ts';
import { frameReader } from '../../src/dialects/sse.ts';
import type { RecordedChunk } from '../recordings.ts';
import { anthropicAnswerFacts } from './facts/anthropic-answer.ts';
import { anthropicRequestFacts } from './facts/anthropic-request.ts';
import { joinAnthropicStream } from './facts/anthropic-stream.ts';
import type { Fact } from './facts/fact.ts';
import { openaiAnswerFacts } from './facts/openai-chat-answer.ts';
import { openaiRequestFacts } from './facts/openai-chat-request.ts';
import { type Joined, joinOpenaiStream } from './facts/openai-chat-stream.ts';

/** One dialect, as somebody sees it who only knows its vendor's documentation. */
export interface Wire {
  readonly name: WireName;
  /** Where its clients ask at our door. */
  readonly path: string;
  /** What its clients send besides their key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestFacts: (wire: JsonObject) => readonly Fact[];
  readonly answerFacts: (wire: JsonObject) => readonly Fact[];
  readonly join: (frames: readonly RecordedChunk[]) => Joined;
  /** A question that asks for nothing special. */
  question(model: string, stream: boolean): JsonObject;
}

export type WireName = 'openai-chat' | 'anthropic-messages';

const messages: Json = [{ role: 'user', content: 'Hello' }];

export const wires = {
  'openai-chat': {
    name: 'openai-chat',
    path: '/v1/chat/completions',
    headers: {},
    requestFacts: openaiRequestFacts,
    answerFacts: openaiAnswerFacts,
    join: (frames) => joinOpenaiStream(frames.flatMap(({ data }) => (data === undefined ? [] : [data]))),
    question: (model, stream) => ({
      model,
      messages,
      ...(stream && { stream, stream_options: { include_usage: true } }),
    }),
  },
  'anthropic-messages': {
    name: 'anthropic-messages',
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    requestFacts: anthropicRequestFacts,
    answerFacts: anthropicAnswerFacts,
    join: joinAnthropicStream,
    question: (model, stream) => ({ model, max_tokens: 1024, messages, ...(stream && { stream }) }),
  },
} as const satisfies Record<WireName, Wire>;

/** The frames of a stream as it was received. */
export function framesIn(text: string): readonly RecordedChunk[] {
  return frameReader()
    .push(new TextEncoder().encode(text))
    .map(({ event, data }) => ({
      ...(event !== undefined && { event }),
      ...(data !== undefined && { data }),
    }));
}
