import type { Opaque } from '../../core/carried.ts';
import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Part, ReasoningPart } from '../../core/message.ts';
import { withoutNames } from '../members.ts';
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
  const events: ChatEvent[] = parts.map((part) =>
    part.type === 'opaque'
      ? { ...part, choice }
      : withMarks(reasoningDelta(part, choice), isPlain(part) ? { reasoning: plain } : { copies }),
  );
  // What is null, empty or of another type stays in the rest.
  const { content, refusal, annotations, audio, tool_calls } = rest;
  const taken = new Set<string>();
  if (typeof content === 'string') {
    taken.add('content');
    events.push({ type: 'text-delta', choice, text: content });
  } else if (isList(content)) {
    taken.add('content');
    events.push(...contentEvents(content, choice, at(place, 'content')));
  }
  if (typeof refusal === 'string' && refusal !== '') {
    taken.add('refusal');
    events.push({ type: 'refusal-delta', choice, text: refusal });
  }
  if (isList(annotations)) {
    taken.add('annotations');
    const list = at(place, 'annotations');
    for (const [index, one] of annotations.entries())
      events.push({ type: 'citation', choice, citation: annotation.read(one, at(list, index), index) });
  }
  if (isJsonObject(audio)) {
    taken.add('audio');
    events.push(audioDelta(audio, choice, at(place, 'audio')));
  }
  if (isList(tool_calls)) {
    taken.add('tool_calls');
    for (const item of tool_calls) events.push(...callEvents(item, choice, calls));
  }
  return { events, rest: withoutNames(rest, taken) };
}

function isList(found: Json | undefined): found is readonly Json[] {
  return Array.isArray(found) && found.length > 0;
}

function contentEvents(content: readonly Json[], choice: number, place: Reading): readonly ChatEvent[] {
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
