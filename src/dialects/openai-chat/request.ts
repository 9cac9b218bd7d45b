import type { ChatRequest, Reasoning } from '../../core/chat.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { readBody, writeBody } from '../body.ts';
import { reportUnsaid } from '../carrying.ts';
import type { RequestCodec } from '../dialect.ts';
import { type Field, flag, integer, list, number, required, text, texts } from '../field.ts';
import { mistyped } from '../place.ts';
import { shape } from './carry.ts';
import { envelope } from './envelope.ts';
import { messages } from './messages.ts';
import { outputFormat } from './output-format.ts';
import { splice } from './splice.ts';
import { toolChoice } from './tool-choice.ts';
import { tool } from './tools.ts';

/** A request, both ways. https://platform.openai.com/docs/api-reference/chat/create */
export const request: RequestCodec<ChatRequest> = {
  envelope,
  splice,
  locate: (_value, path) => path,
  decode: (wire) => requestShape.decode(readBody(wire, 'request'), { path: '', of: 'request' }),
  encode: (value, lost) => writeBody(requestShape.encode(value, { path: '', lost })),
};

const stop: Field<readonly string[]> = {
  ...texts('stop'),
  expected: 'one of a string or array of strings',
  read(found, place, path) {
    if (typeof found === 'string') return { value: [found], spelled: 'text' };
    if (!Array.isArray(found)) throw mistyped(place, stop.expected, found);
    return texts('stop').read(found, place, path);
  },
  write: (value, _place, spelled) => (spelled === 'text' && value.length === 1 ? (value[0] ?? '') : value),
};

const reasoning: Field<Reasoning> = {
  path: 'reasoning_effort',
  expected: 'a string',
  read(found, place) {
    if (typeof found !== 'string') throw mistyped(place, 'a string', found);
    return { value: { effort: found } };
  },
  write(value, place) {
    reportUnsaid(value, ['budgetTokens', 'visible'], { ...place, path: 'reasoning' });
    return value.effort;
  },
};

const metadata: Field<{ readonly [name: string]: string }> = {
  path: 'metadata',
  expected: 'an object',
  read(found, place) {
    if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
    return isTexts(found) ? { value: found } : undefined;
  },
  write: (value) => value,
};

const requestShape = shape<Omit<ChatRequest, 'extras' | 'spelling'>>({
  model: text('model'),
  messages: required(messages),
  tools: list('tools', tool),
  toolChoice,
  parallelToolCalls: flag('parallel_tool_calls'),
  output: outputFormat,
  choices: integer('n'),
  // `max_tokens` is the older name, the only one that many compatible vendors know.
  maxOutputTokens: integer('max_completion_tokens', ['max_tokens']),
  stop,
  temperature: number('temperature'),
  topP: number('top_p'),
  // Not OpenAI's, but of most vendors who speak like it.
  topK: integer('top_k'),
  frequencyPenalty: number('frequency_penalty'),
  presencePenalty: number('presence_penalty'),
  seed: integer('seed'),
  logprobs: flag('logprobs'),
  topLogprobs: integer('top_logprobs'),
  reasoning,
  modalities: texts('modalities'),
  serviceTier: text('service_tier'),
  // `safety_identifier` replaces `user` at OpenAI; the others know `user`.
  endUser: text('user', ['safety_identifier']),
  metadata,
  stream: flag('stream'),
});

function isTexts(found: { readonly [name: string]: Json }): found is { readonly [name: string]: string } {
  return Object.values(found).every((one) => typeof one === 'string');
}
