import type { Opaque } from '../../core/carried.ts';
import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Part, ReasoningPart } from '../../core/message.ts';
import { without } from '../members.ts';
import { at, type Reading } from '../place.ts';
import { audioShape } from './answer-audio.ts';
import type { CallBook } from './call-book.ts';
import { callEvents } from './call-reader.ts';
import { opaque } from './carry.ts';
import { itemExtras, withMarks } from './chunk-extras.ts';
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
  const { extras, spelling: _, ...sound } = audioShape.decode(audio, place);
  return { type: 'audio-delta', choice, ...sound, ...itemExtras({ ...(extras !== undefined && { extras }) }) };
}
