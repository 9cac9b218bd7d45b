import type { ChatRequest, Reasoning } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { readBody, writeBody } from '../body.ts';
import { reportUnsaid } from '../carrying.ts';
import type { RequestCodec } from '../dialect.ts';
import { elements, type Field, flag, integer, number, required, text, texts } from '../field.ts';
import { at, mistyped, type Writing } from '../place.ts';
import { dialect, marked, shape, spelled } from './carry.ts';
import { envelope } from './envelope.ts';
import { locate } from './locate.ts';
import { messages } from './messages.ts';
import { outputFormat } from './output-format.ts';
import { splice } from './splice.ts';
import { toolChoice } from './tool-choice.ts';
import { tool } from './tools.ts';

/** A request, both ways. https://platform.openai.com/docs/api-reference/chat/create */
export const request: RequestCodec<ChatRequest> = {
  envelope,
  splice,
  locate: (value, path) => locate(value, path, (member) => requestShape.where(value, member)),
  decode(wire) {
    const { body, wish } = usageWish(readBody(wire, 'request'));
    return marked(requestShape.decode(body, { path: '', of: 'request' }), 'streamUsage', wish);
  },
  encode(value, lost) {
    const top: Writing = { path: '', lost };
    const body = requestShape.encode(withoutIdleChoice(value, top), top);
    const wish = spelled(value, 'streamUsage');
    return writeBody(wish === undefined ? body : { ...body, stream_options: { include_usage: wish === 'asked' } });
  },
};

/** Whether a stream tells usage is between caller and door, for its events always do; here it is only noted how it was said. */
function usageWish(body: JsonObject): { readonly body: JsonObject; readonly wish: string | undefined } {
  const { stream_options: options, ...rest } = body;
  if (!isJsonObject(options) || Object.keys(options).length !== 1) return { body, wish: undefined };
  const { include_usage: asked } = options;
  return typeof asked === 'boolean' ? { body: rest, wish: asked ? 'asked' : 'declined' } : { body, wish: undefined };
}

/** Vendors refuse a choice among tools of which none is left. */
function withoutIdleChoice(value: ChatRequest, place: Writing): ChatRequest {
  const { tools = [], toolChoice, parallelToolCalls, ...rest } = value;
  if (tools.length === 0 || tools.some((one) => one.type !== 'opaque' || one.dialect === dialect)) return value;
  if (toolChoice !== undefined) place.lost({ path: 'toolChoice', why: 'no-tools' });
  if (parallelToolCalls !== undefined) place.lost({ path: 'parallelToolCalls', why: 'no-tools' });
  return { ...rest, tools };
}

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
  write({ enabled, effort, ...rest }, place) {
    reportUnsaid(rest, ['budgetTokens', 'visible'], place);
    const said = effort ?? (enabled === false ? 'none' : undefined);
    // An effort implies that there is thinking, and `none` that there is not.
    const isSaid = enabled === undefined || enabled === (said !== undefined && said !== 'none');
    if (!isSaid) place.lost({ path: at(place, 'enabled').path, why: 'unsupported' });
    return said;
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
  tools: elements('tools', tool),
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
