import type { ChatResponse, Choice } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { readBody, writeBody } from '../body.ts';
import type { Codec } from '../dialect.ts';
import { reportForeign } from '../foreign.ts';
import { at, mistyped, type Reading, type Writing } from '../place.ts';
import { answerContent } from './answer-part.ts';
import { readBlock } from './blocks.ts';
import { dialect, extras, spelled } from './carry.ts';
import { saidFailure } from './error-kind.ts';
import { finishOf, stopReason } from './finish.ts';
import { messageDefaults } from './head.ts';
import { messageId } from './made-up-id.ts';
import { reported, usageWire } from './reported-usage.ts';
import { tierOf, withTier } from './service-tier.ts';

/** A whole answer, both ways. https://platform.claude.com/docs/en/api/messages */
export const response: Codec<ChatResponse> = {
  decode(wire) {
    const body = readBody(wire, 'answer');
    const failure = Array.isArray(body['content']) ? undefined : saidFailure(body);
    if (failure !== undefined) throw failure;
    return decoded(body, { path: '', of: 'answer' });
  },
  encode: (value, lost) => writeBody(encoded(value, { path: '', lost })),
};

function decoded(body: JsonObject, place: Reading): ChatResponse {
  const { content, ...head } = body;
  const blocks = at(place, 'content');
  if (!Array.isArray(content)) throw mistyped(blocks, 'an array of objects', content);
  const parts = content.map((block: Json, index) => readBlock(block, at(blocks, index)));
  const { id, model, reason, usage, left } = taken(head);
  const { left: carried, marks: missing } = messageDefaults.taken(left);
  const marks = { ...missing, ...absences(head), ...(id !== undefined && messageId({ id }) !== id && { id: 'as-is' }) };
  const serviceTier = usage && tierOf(usage['service_tier']);
  return {
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(serviceTier !== undefined && { serviceTier }),
    choices: [
      {
        index: 0,
        message: { type: 'message', role: 'assistant', parts },
        ...(reason !== undefined && { finish: finishOf(reason) }),
      },
    ],
    ...(usage && { usage: reported(usage) }),
    ...(Object.keys(carried).length > 0 && { extras: { [dialect]: carried } }),
    ...(Object.keys(marks).length > 0 && { spelling: { [dialect]: marks } }),
  };
}

/** Members that are read if they are what they should be; whatever else they are is left. */
function taken({ id, model, stop_reason: reason, usage, ...rest }: JsonObject) {
  return {
    id: wordIn(id),
    model: wordIn(model),
    reason: wordIn(reason),
    usage: isJsonObject(usage) ? usage : undefined,
    left: {
      ...rest,
      ...(id !== undefined && wordIn(id) === undefined && { id }),
      ...(model !== undefined && wordIn(model) === undefined && { model }),
      ...(reason !== undefined && wordIn(reason) === undefined && { stop_reason: reason }),
      ...(usage !== undefined && !isJsonObject(usage) && { usage }),
    },
  };
}

function wordIn(found: Json | undefined): string | undefined {
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function absences(head: JsonObject): Readonly<Record<string, 'absent'>> {
  const names = ['id', 'model', 'stop_reason', 'usage'].filter((name) => head[name] === undefined);
  return Object.fromEntries(names.map((name) => [name, 'absent']));
}

function encoded(value: ChatResponse, place: Writing): JsonObject {
  const isAbsent = (name: string): boolean => spelled(value, name) === 'absent';
  const choice = onlyChoice(value, place);
  const here = at(at(place, 'choices'), 0);
  const id = spelled(value, 'id') === 'as-is' && value.id !== undefined ? value.id : messageId(value);
  reportForeign(dialect, value, place);
  const parts = choice?.message.parts ?? [];
  const ending = {
    callsTools: parts.some(({ type }) => type === 'tool-call'),
    refuses: parts.some((part) => part.type === 'refusal' && part.text !== ''),
  };
  return {
    ...(!isAbsent('id') && { id }),
    ...(!isAbsent('model') && { model: value.model ?? '' }),
    ...messageDefaults.given({}, isAbsent),
    content: answerContent(parts, id, at(here, 'message')),
    ...(!isAbsent('stop_reason') && { stop_reason: stopReason(choice?.finish, ending, at(here, 'finish')) }),
    ...(!isAbsent('usage') && {
      usage: withTier(usageWire(value.usage, at(place, 'usage')), value.serviceTier, place),
    }),
    ...extras(value),
  };
}

/** This dialect has room for one answer: the first. */
function onlyChoice({ choices }: ChatResponse, place: Writing): Choice | undefined {
  const [choice, ...others] = choices.toSorted((one, other) => one.index - other.index);
  for (const { index } of others) place.lost({ path: at(at(place, 'choices'), index).path, why: 'unsupported' });
  if (choice === undefined) return undefined;
  const here = at(at(place, 'choices'), 0);
  if (choice.logprobs !== undefined) place.lost({ path: at(here, 'logprobs').path, why: 'unsupported' });
  reportForeign(dialect, choice, here);
  reportForeign(dialect, choice.message, at(here, 'message'));
  return choice;
}
