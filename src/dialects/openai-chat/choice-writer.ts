import type { ChatEvent } from '../../core/chat.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { ReasoningPart } from '../../core/message.ts';
import { overlay } from '../members.ts';
import { at, type Writing } from '../place.ts';
import { audioShape } from './answer-audio.ts';
import { spelled } from './carry.ts';
import { extrasAt, partExtras } from './chunk-extras.ts';
import type { WritingStream } from './chunk-writer.ts';
import { annotation } from './citations.ts';
import { wordOf } from './finish.ts';
import { type ItemList, itemList } from './item-list.ts';
import { logprobsShape } from './logprobs.ts';
import { contentPart } from './parts.ts';
import { homeOf, usualPlain, writeDetail } from './reasoning.ts';

/** One choice of a chunk that is being put together. */
export interface ChoiceWriter {
  readonly index: number;
  /** False if there is no room for the event. */
  put(event: ChatEvent, stream: WritingStream): boolean;
  done(): JsonObject;
}

export function choiceWriter(index: number): ChoiceWriter {
  const choice: Draft = {
    delta: new Map(),
    items: itemList(index),
    members: new Map(),
    absent: new Set(),
    extras: {},
    deltaExtras: {},
  };
  return {
    index,
    put(event, stream) {
      if (!say(event, choice, stream)) return false;
      choice.extras = { ...choice.extras, ...extrasAt(event, 'choice') };
      choice.deltaExtras = { ...choice.deltaExtras, ...extrasAt(event, 'delta') };
      for (const member of ['choiceIndex', 'delta', 'finish']) {
        if (spelled(event, member) === 'absent') choice.absent.add(member);
      }
      return true;
    },
    done: () => done(index, choice),
  };
}

interface Draft {
  readonly delta: Map<string, Json>;
  readonly items: ItemList;
  readonly members: Map<string, Json>;
  readonly absent: Set<string>;
  extras: JsonObject;
  deltaExtras: JsonObject;
}

function done(index: number, { delta, items, members, absent, extras, deltaExtras }: Draft): JsonObject {
  const calls = items.done();
  const said = { ...Object.fromEntries(delta), ...(calls.length > 0 && { tool_calls: calls }) };
  const whole = overlay(said, deltaExtras);
  const own: JsonObject = {
    ...(!absent.has('choiceIndex') && { index }),
    ...((!absent.has('delta') || Object.keys(whole).length > 0) && { delta: whole }),
    ...Object.fromEntries(members),
  };
  const { finish_reason: reason = absent.has('finish') ? undefined : null, ...rest } = overlay(own, extras);
  return reason === undefined ? rest : { ...rest, finish_reason: reason };
}

function say(event: ChatEvent, choice: Draft, stream: WritingStream): boolean {
  const { place } = stream;
  switch (event.type) {
    case 'message-start':
      return spelled(event, 'role') === 'absent' || setOnce(choice.delta, 'role', 'assistant');
    case 'text-delta': {
      if (event.signature !== undefined) place.lost({ path: at(place, 'signature').path, why: 'unsupported' });
      if (spelled(event, 'content') !== 'list') return setOnce(choice.delta, 'content', event.text);
      return push(choice.delta, 'content', textItem(event.text, event, place));
    }
    case 'refusal-delta':
      return setOnce(choice.delta, 'refusal', event.text);
    case 'reasoning-delta':
      return sayReasoning(event, choice, place);
    case 'citation': {
      const written = annotation.write(event.citation, at(place, 'annotations'));
      return written === undefined || push(choice.delta, 'annotations', written);
    }
    case 'audio-delta': {
      const { type: _, choice: __, part: ___, more: ____, extras: _____, spelling: ______, ...sound } = event;
      return setOnce(choice.delta, 'audio', audioShape.encode({ ...sound, ...partExtras(event) }, at(place, 'audio')));
    }
    case 'tool-call-start':
      return choice.items.start(event, stream);
    case 'tool-call-delta':
      return choice.items.add(event, stream);
    case 'logprobs':
      return setOnce(choice.members, 'logprobs', logprobsShape.encode(event.logprobs, at(place, 'logprobs')));
    case 'finish':
      return setOnce(choice.members, 'finish_reason', wordOf(event.finish));
    case 'opaque':
      return sayOpaque(event, choice);
    default:
      return true;
  }
}

type ReasoningDelta = Extract<ChatEvent, { readonly type: 'reasoning-delta' }>;

function sayReasoning(event: ReasoningDelta, choice: Draft, place: Writing): boolean {
  const { type, choice: _, part: __, more: ___, extras: ____, spelling: _____, ...thought } = event;
  const part: ReasoningPart = { type: 'reasoning', ...thought, ...partExtras(event) };
  const home = homeOf(part);
  if (home === 'plain') {
    const names = (spelled(event, 'reasoning') ?? usualPlain).split('+');
    return names.every((name) => setOnce(choice.delta, name, part.text ?? ''));
  }
  if (home === 'content') {
    const written = contentPart.write(part, at(place, 'content'));
    return written === undefined || push(choice.delta, 'content', written);
  }
  for (const name of spelled(event, 'copies')?.split('+') ?? []) {
    choice.delta.set(name, String(choice.delta.get(name) ?? '') + (part.text ?? ''));
  }
  return push(choice.delta, 'reasoning_details', writeDetail(part, at(place, 'reasoning_details')));
}

type OpaqueEvent = Extract<ChatEvent, { readonly type: 'opaque' }>;

function sayOpaque(event: OpaqueEvent, choice: Draft): boolean {
  const field = spelled(event, 'field') ?? 'content';
  if (field !== 'tool_calls') return push(choice.delta, field, event.wire);
  choice.items.addWhole(event.wire);
  return true;
}

function textItem(text: string, event: ChatEvent, place: Writing): Json {
  const { spelling: _, ...carried } = partExtras(event);
  return contentPart.write({ type: 'text', text, ...carried }, at(place, 'content')) ?? text;
}

/** False if it says something already. */
function setOnce(members: Map<string, Json>, name: string, value: Json): boolean {
  if (members.has(name)) return false;
  members.set(name, value);
  return true;
}

/** False if it is no list but says something already. */
function push(members: Map<string, Json>, name: string, item: Json): boolean {
  const known = members.get(name) ?? [];
  if (!Array.isArray(known)) return false;
  members.set(name, [...known, item]);
  return true;
}
