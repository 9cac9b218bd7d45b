import type { Opaque } from '../../core/carried.ts';
import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Part, ReasoningPart } from '../../core/message.ts';
import { memberAt, without } from '../members.ts';
import { at, type Reading } from '../place.ts';
import { audioShape } from './answer-audio.ts';
import type { CallBook } from './call-book.ts';
import { opaque } from './carry.ts';
import { itemExtras, withExtras, withMarks } from './chunk-extras.ts';
import { annotation } from './citations.ts';
import { contentPart } from './parts.ts';
import { homeOf, reasoningBeside } from './reasoning.ts';

export interface FoundDelta {
  readonly delta: JsonObject;
  readonly choice: number;
  readonly calls: CallBook;
}

/** What a delta says, in the order of a message's parts, and what is left of it without that. The role is left in it. */
export function deltaEvents({ delta, choice, calls }: FoundDelta, place: Reading) {
  const { parts, rest, plain, copies } = reasoningBeside(delta, place);
  const thoughts = parts.map((part) =>
    part.type === 'opaque'
      ? { ...part, choice }
      : withMarks(reasoningDelta(part, choice), isPlain(part) ? { reasoning: plain } : { copies }),
  );
  const found = taken(rest);
  const events: readonly ChatEvent[] = [
    ...thoughts,
    ...contentEvents(found.content, choice, at(place, 'content')),
    ...(found.refusal === undefined ? [] : [{ type: 'refusal-delta', choice, text: found.refusal } as const]),
    ...(found.annotations ?? []).map((one, index): ChatEvent => {
      const citation = annotation.read(one, at(at(place, 'annotations'), index), index);
      return { type: 'citation', choice, citation };
    }),
    ...(found.audio === undefined ? [] : [audioDelta(found.audio, choice, at(place, 'audio'))]),
    ...(found.tool_calls ?? []).flatMap((item) => callEvents(item, choice, calls)),
  ];
  return { events, rest: found.rest };
}

interface Taken {
  readonly content?: string | readonly Json[];
  readonly refusal?: string;
  readonly annotations?: readonly Json[];
  readonly audio?: JsonObject;
  readonly tool_calls?: readonly Json[];
  readonly rest: JsonObject;
}

/** Takes what can be read; what is null, empty or of another type stays in the rest. */
function taken(delta: JsonObject): Taken {
  const { content, refusal, annotations, audio, tool_calls } = delta;
  const own = {
    ...((typeof content === 'string' || isList(content)) && { content }),
    ...(typeof refusal === 'string' && { refusal }),
    ...(isList(annotations) && { annotations }),
    ...(isJsonObject(audio) && { audio }),
    ...(isList(tool_calls) && { tool_calls }),
  };
  return { ...own, rest: Object.keys(own).reduce(without, delta) };
}

function isList(found: Json | undefined): found is readonly Json[] {
  return Array.isArray(found) && found.length > 0;
}

function contentEvents(content: Taken['content'], choice: number, place: Reading): readonly ChatEvent[] {
  if (content === undefined) return [];
  if (typeof content === 'string') return [{ type: 'text-delta', choice, text: content }];
  return content.map((item, index) => {
    const part: Part =
      isJsonObject(item) && known(item) ? contentPart.read(item, at(place, index), index) : opaque(item);
    if (part.type === 'reasoning') return reasoningDelta(part, choice);
    if (part.type !== 'text' || part.cacheBreakpoint !== undefined) return { ...opaque(item, 'content'), choice };
    return withMarks({ type: 'text-delta', choice, text: part.text, ...itemExtras(part) }, { content: 'list' });
  });
}

/** The parts of a content array that have an event of their own. */
function known(item: JsonObject): boolean {
  return (item['type'] === 'text' && typeof item['text'] === 'string') || item['type'] === 'thinking';
}

function reasoningDelta(part: ReasoningPart, choice: number): ChatEvent {
  const { type: _, extras: __, spelling: ___, cacheBreakpoint: ____, ...thought } = part;
  return { type: 'reasoning-delta', choice, ...thought, ...itemExtras(part) };
}

function isPlain(part: ReasoningPart | Opaque): boolean {
  return part.type === 'reasoning' && homeOf(part) === 'plain';
}

function audioDelta(audio: JsonObject, choice: number, place: Reading): ChatEvent {
  const { extras: _, spelling: __, ...sound } = audioShape.decode(audio, place);
  return { type: 'audio-delta', choice, ...sound, ...itemExtras(audioShape.decode(audio, place)) };
}

/** The start of a call and the first of its arguments may come in one item, and must go out in one again. */
function callEvents(item: Json, choice: number, calls: CallBook): readonly ChatEvent[] {
  const whole: ChatEvent = { ...opaque(item, 'tool_calls'), choice };
  if (!isJsonObject(item)) return [whole];
  const kind = isJsonObject(item['custom']) && !isJsonObject(item['function']) ? 'custom' : 'function';
  const inner = isJsonObject(item[kind]) ? item[kind] : {};
  const id = textAt(item, 'id');
  const name = textAt(inner, 'name');
  const { call, opens } = calls.of({ index: item['index'], id, name });
  const inputPath = `${kind}.${kind === 'function' ? 'arguments' : 'input'}`;
  const input = inputAt(item, inputPath);
  if (!opens && input === undefined) return [whole];
  const index = indexMark(item['index'], call);
  const form = typeof memberAt(item, inputPath) === 'object' ? 'object' : undefined;
  const unindexed = item['index'] === undefined || Number.isInteger(item['index']) ? without(item, 'index') : item;
  const rest = input === undefined ? unindexed : without(unindexed, inputPath);
  const more = (text: string): ChatEvent => withMarks({ type: 'tool-call-delta', choice, call, text }, { form });
  if (!opens) return [withMarks(withExtras(more(input ?? ''), 'item', rest), { index })];
  const signature = textAt(item, signaturePath);
  const start: ChatEvent = {
    type: 'tool-call-start',
    choice,
    call,
    kind,
    id,
    name,
    ...(signature !== '' && { signature }),
  };
  const left = [
    ...(id === '' ? [] : ['id']),
    ...(name === '' ? [] : [`${kind}.name`]),
    ...(item['type'] === kind ? ['type'] : []),
    ...(signature === '' ? [] : [signaturePath]),
  ].reduce(without, rest);
  const marks = {
    index,
    type: item['type'] === undefined ? 'absent' : undefined,
    arguments: input === undefined ? 'absent' : undefined,
  };
  return [withMarks(withExtras(start, 'item', left), marks), ...(input === undefined ? [] : [more(input)])];
}

/** Where Google's compatible endpoint keeps it: https://ai.google.dev/gemini-api/docs/thought-signatures */
export const signaturePath = 'extra_content.google.thought_signature';

function textAt(item: JsonObject, path: string): string {
  const found = memberAt(item, path);
  return typeof found === 'string' ? found : '';
}

function inputAt(item: JsonObject, path: string): string | undefined {
  const found = memberAt(item, path);
  if (isJsonObject(found)) return JSON.stringify(found);
  return typeof found === 'string' ? found : undefined;
}

function indexMark(found: Json | undefined, call: number): string | undefined {
  if (found === call) return undefined;
  return Number.isInteger(found) ? String(found) : 'absent';
}
