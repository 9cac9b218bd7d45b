import type { ChatEvent } from '../../core/chat.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { ReasoningPart } from '../../core/message.ts';
import { reportUnsaid } from '../carrying.ts';
import { placeOf } from '../event-place.ts';
import { type OpenObject, overlay } from '../members.ts';
import { at } from '../place.ts';
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
    delta: {},
    members: {},
    items: undefined,
    absent: undefined,
    extras: undefined,
    deltaExtras: undefined,
  };
  return {
    index,
    put(event, stream) {
      if (!say(event, choice, stream)) return false;
      if (event.extras !== undefined) {
        choice.extras = { ...choice.extras, ...extrasAt(event, 'choice') };
        choice.deltaExtras = { ...choice.deltaExtras, ...extrasAt(event, 'delta') };
      }
      if (event.spelling !== undefined) noteMarks(event, choice);
      return true;
    },
    done: () => done(index, choice),
  };
}

function noteMarks(event: ChatEvent, choice: Draft): void {
  if (spelled(event, 'role') === 'again') setOnce(choice.delta, 'role', 'assistant');
  for (const member of ['choiceIndex', 'delta', 'finish']) {
    if (spelled(event, member) !== 'absent') continue;
    choice.absent ??= new Set();
    choice.absent.add(member);
  }
}

interface Draft {
  readonly delta: OpenObject;
  readonly members: OpenObject;
  items: ItemList | undefined;
  absent: Set<string> | undefined;
  extras: JsonObject | undefined;
  deltaExtras: JsonObject | undefined;
}

function done(index: number, { delta, items, members, absent, extras, deltaExtras }: Draft): JsonObject {
  if (items !== undefined) delta['tool_calls'] = items.done();
  const whole = deltaExtras === undefined ? delta : overlay(delta, deltaExtras);
  const own: OpenObject = {};
  if (absent?.has('choiceIndex') !== true) own['index'] = index;
  if (absent?.has('delta') !== true || Object.keys(whole).length > 0) own['delta'] = whole;
  Object.assign(own, members);
  const said: OpenObject = extras === undefined ? own : { ...overlay(own, extras) };
  if (said['finish_reason'] === undefined && absent?.has('finish') !== true) said['finish_reason'] = null;
  return said;
}

function say(event: ChatEvent, choice: Draft, stream: WritingStream): boolean {
  switch (event.type) {
    case 'message-start':
      return spelled(event, 'role') === 'absent' || setOnce(choice.delta, 'role', 'assistant');
    case 'text-delta':
      return sayText(event, choice, stream);
    case 'refusal-delta':
      return setOnce(choice.delta, 'refusal', event.text);
    case 'reasoning-delta':
      return sayReasoning(event, choice, stream);
    case 'citation': {
      const written = annotation.write(event.citation, at(placeOf(event, stream.lost), 'citations'));
      return written === undefined || push(choice.delta, 'annotations', written);
    }
    case 'audio-delta': {
      const { type: _, choice: __, part: ___, more: ____, extras: _____, spelling: ______, ...sound } = event;
      const carried = { ...sound, ...partExtras(event) };
      return setOnce(choice.delta, 'audio', audioShape.encode(carried, placeOf(event, stream.lost)));
    }
    case 'tool-call-start':
      choice.items ??= itemList();
      return choice.items.start(event, stream);
    case 'tool-call-delta':
      choice.items ??= itemList();
      return choice.items.add(event, stream);
    case 'logprobs':
      return setOnce(
        choice.members,
        'logprobs',
        logprobsShape.encode(event.logprobs, at(placeOf(event, stream.lost), 'logprobs')),
      );
    case 'finish':
      return setOnce(choice.members, 'finish_reason', wordOf(event.finish));
    case 'opaque':
      return sayOpaque(event, choice);
    default:
      return true;
  }
}

function sayText(
  event: Extract<ChatEvent, { readonly type: 'text-delta' }>,
  choice: Draft,
  stream: WritingStream,
): boolean {
  if (event.signature !== undefined) reportUnsaid(event, ['signature'], placeOf(event, stream.lost));
  if (spelled(event, 'content') !== 'list') return setOnce(choice.delta, 'content', event.text);
  const { spelling: _, ...carried } = partExtras(event);
  const item = contentPart.write({ type: 'text', text: event.text, ...carried }, placeOf(event, stream.lost));
  return push(choice.delta, 'content', item ?? event.text);
}

type ReasoningDelta = Extract<ChatEvent, { readonly type: 'reasoning-delta' }>;

function sayReasoning(event: ReasoningDelta, choice: Draft, { lost }: WritingStream): boolean {
  const { type, choice: _, part: __, more: ___, extras: ____, spelling: _____, ...thought } = event;
  const part: ReasoningPart = { type: 'reasoning', ...thought, ...partExtras(event) };
  const home = homeOf(part);
  const place = placeOf(event, lost);
  if (home === 'plain') {
    const names = (spelled(event, 'reasoning') ?? usualPlain).split('+');
    return names.every((name) => setOnce(choice.delta, name, part.text ?? ''));
  }
  if (home === 'content') {
    const written = contentPart.write(part, place);
    return written === undefined || push(choice.delta, 'content', written);
  }
  for (const name of spelled(event, 'copies')?.split('+') ?? []) {
    choice.delta[name] = String(choice.delta[name] ?? '') + (part.text ?? '');
  }
  return push(choice.delta, 'reasoning_details', writeDetail(part, place));
}

type OpaqueEvent = Extract<ChatEvent, { readonly type: 'opaque' }>;

function sayOpaque(event: OpaqueEvent, choice: Draft): boolean {
  const field = spelled(event, 'field') ?? 'content';
  if (field !== 'tool_calls') return push(choice.delta, field, event.wire);
  choice.items ??= itemList();
  choice.items.addWhole(event.wire);
  return true;
}

/** False if it says something already. */
function setOnce(members: OpenObject, name: string, value: Json): boolean {
  if (members[name] !== undefined) return false;
  members[name] = value;
  return true;
}

/** False if it is no list but says something already. */
function push(members: OpenObject, name: string, item: Json): boolean {
  const known = members[name] ?? [];
  if (!Array.isArray(known)) return false;
  members[name] = [...known, item];
  return true;
}
