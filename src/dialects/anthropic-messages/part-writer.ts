import type { ChatEvent } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { placeOf } from '../event-place.ts';
import { at, type Writing } from '../place.ts';
import type { Frame } from '../sse.ts';
import { type Block, type BlockKind, type BlockLine, blockLine, type NewBlock } from './block-line.ts';
import { deltaWire } from './deltas.ts';
import type { Ending } from './finish.ts';
import { madeUpCallId } from './made-up-id.ts';
import { writeToolUse } from './tool-use.ts';

/** Says the parts of an answer that came from another dialect. */
export interface PartWriter {
  /** Whether an event is about a part; `push` takes no other. */
  push(event: ChatEvent): readonly Frame[];
  /** All parts are over. */
  close(): readonly Frame[];
  /** How many blocks were begun. */
  count(): number;
  readonly ending: Ending;
}

export interface PartPlaces {
  /** The answer's only choice. */
  readonly place: Writing;
  /** The place in the message of the next block. */
  nextIndex(): number;
  messageId(): string;
}

export function partWriter(places: PartPlaces): PartWriter {
  const line = blockLine(places.nextIndex);
  const state: State = {
    ...places,
    line,
    calls: new Map(),
    numbered: new Set(),
    ending: { callsTools: false, refuses: false },
    sound: undefined,
  };
  return {
    push: (event) => frames(event, state),
    close: () => line.close(),
    count: () => line.count(),
    ending: state.ending,
  };
}

interface State extends PartPlaces {
  readonly line: BlockLine;
  /** The block of each call. */
  readonly calls: Map<number, Block | 'unsaid'>;
  /** Parts whose end somebody will tell. */
  readonly numbered: Set<number>;
  readonly ending: { callsTools: boolean; refuses: boolean };
  /** The part that is sound. */
  sound: number | undefined;
}

function frames(event: ChatEvent, state: State): readonly Frame[] {
  switch (event.type) {
    case 'text-delta':
      if (event.signature !== undefined)
        unsaid(state, partOf(event, state), { member: 'signature', why: 'unsupported' });
      return said(state, { kind: 'text', part: event.part }, event);
    case 'refusal-delta':
      if (event.text !== '') state.ending.refuses = true;
      return said(state, { kind: 'refusal', part: event.part }, { ...event, type: 'text-delta' });
    case 'citation':
      return cited(state, event);
    case 'audio-delta':
      state.sound ??= partOf(event, state);
      unsaid(state, state.sound, { why: 'unsupported' });
      if (event.transcript === undefined) return [];
      return said(state, { kind: 'text', part: event.part }, { type: 'text-delta', choice: 0, text: event.transcript });
    case 'reasoning-delta':
      return thought(state, event);
    case 'tool-call-start':
      return started(state, event);
    case 'tool-call-delta':
      return argued(state, event);
    case 'part-start':
      state.numbered.add(event.part);
      return [];
    case 'part-end':
      return ended(state, event.part);
    default:
      return [];
  }
}

/** The number of the part that text or thoughts are more of. */
function partOf(event: EventOf<'text-delta' | 'reasoning-delta' | 'audio-delta'>, { line }: State): number {
  if (event.part !== undefined) return event.part;
  const kind = event.type === 'reasoning-delta' ? 'thinking' : 'text';
  return line.find({ kind, part: undefined })?.index ?? line.count();
}

type EventOf<Type extends ChatEvent['type']> = Extract<ChatEvent, { readonly type: Type }>;

interface Home {
  readonly kind: BlockKind;
  readonly part: number | undefined;
}

/** Tells that a part, or a member of it, has no words here. */
function unsaid({ place }: State, part: number, loss: { readonly member?: string; readonly why: string }): void {
  const here = at(at(at(place, 'message'), 'parts'), part);
  place.lost({ path: loss.member === undefined ? here.path : at(here, loss.member).path, why: loss.why });
}

function said(state: State, home: Home, event: EventOf<'text-delta'>): readonly Frame[] {
  const known = state.line.find(home);
  if (known === undefined && event.text === '') return [];
  const delta = { type: 'text_delta', text: event.text };
  return known === undefined ? begun(state, home, { start: emptyText, delta }) : state.line.say(known, delta);
}

const emptyText: JsonObject = { type: 'text', text: '' };

/** A block that is new, its first piece, and what of the line may move on because of it. */
function begun(
  state: State,
  home: Home,
  { start, delta }: { start: JsonObject; delta?: JsonObject },
): readonly Frame[] {
  const block = added(state, home, start);
  if (delta !== undefined) block.waiting.push(delta);
  return state.line.advance();
}

function added({ line, numbered }: State, { kind, part }: Home, start: NewBlock['start']): Block {
  return line.add({ kind, part, start, isNumbered: part !== undefined && numbered.has(part) });
}

/** A citation rests on the text before it; where there is none yet, on the text to come. */
function cited(state: State, event: EventOf<'citation'>): readonly Frame[] {
  const delta = deltaWire(event, placeOf(event, state.place.lost));
  if (delta === undefined) return [];
  const home: Home = { kind: 'text', part: event.part };
  const known = state.line.find(home);
  return known === undefined ? begun(state, home, { start: emptyText, delta }) : state.line.say(known, delta);
}

function thought(state: State, event: EventOf<'reasoning-delta'>): readonly Frame[] {
  const { text = '', signature = '', encrypted } = event;
  if (event.id !== undefined) unsaid(state, partOf(event, state), { member: 'id', why: 'unsupported' });
  if (encrypted !== undefined) {
    const start = { type: 'redacted_thinking', data: encrypted };
    added(state, { kind: 'redacted', part: event.part }, start).isOver = true;
    return state.line.advance();
  }
  const home: Home = { kind: 'thinking', part: event.part };
  const known = state.line.find(home);
  if (known === undefined && text === '' && signature === '') return [];
  const block = known ?? added(state, home, emptyThought);
  block.signature += signature;
  const now = text === '' ? [] : state.line.say(block, { type: 'thinking_delta', thinking: text });
  return known === undefined ? [...now, ...state.line.advance()] : now;
}

const emptyThought: JsonObject = { type: 'thinking', thinking: '', signature: '' };

function started(state: State, event: EventOf<'tool-call-start'>): readonly Frame[] {
  const { call, id, name, part, kind } = event;
  if (kind === 'custom') {
    unsaid(state, part ?? state.line.count(), { why: 'no-custom-tools' });
    state.calls.set(call, 'unsaid');
    return [];
  }
  if (event.signature !== undefined) {
    unsaid(state, part ?? state.line.count(), { member: 'signature', why: 'unsupported' });
  }
  state.ending.callsTools = true;
  const given = id === '' ? madeUpCallId(state.messageId(), call) : id;
  const use = writeToolUse({ type: 'tool-call', id: given, name, arguments: '' }, state.place);
  state.calls.set(call, added(state, { kind: 'tool', part }, { ...use, id: given }));
  return state.line.advance();
}

/** More of a call's arguments. What comes after they were whole and the block was closed can only be space. */
function argued(state: State, event: EventOf<'tool-call-delta'>): readonly Frame[] {
  const block = state.calls.get(event.call);
  if (block === 'unsaid' || event.text === '') return [];
  if (block === undefined || block.isOver) {
    const part = event.part ?? block?.index ?? state.line.count();
    if (event.text.trim() !== '') unsaid(state, part, { member: 'arguments', why: 'late' });
    return [];
  }
  block.json += event.text;
  const now = state.line.say(block, { type: 'input_json_delta', partial_json: event.text });
  return state.line.isWaited() ? [...now, ...state.line.advance()] : now;
}

function ended(state: State, part: number): readonly Frame[] {
  state.numbered.delete(part);
  return state.line.end(part);
}
