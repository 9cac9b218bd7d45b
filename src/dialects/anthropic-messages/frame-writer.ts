import type { Carried } from '../../core/carried.ts';
import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { parseJson } from '../exact-json.ts';
import type { Writing } from '../place.ts';
import type { Frame } from '../sse.ts';
import { spelled } from './carry.ts';
import { type DeltaEvent, deltaWire, isDelta } from './deltas.ts';
import { stopReason } from './finish.ts';
import { besideOf, deltaFrame, framedAs } from './frames.ts';
import { headDefaults } from './head.ts';
import { usageWire } from './reported-usage.ts';
import { withTier } from './service-tier.ts';

/** Puts events that came from frames of this dialect together into the same frames. */
export interface FrameWriter {
  /** Whether a frame is begun, so that the next event belongs into it. */
  isOpen(): boolean;
  /** `index` is the place in the message of the block that the event is part of. */
  add(event: ChatEvent, index: number): readonly Frame[];
}

export function frameWriter(place: Writing): FrameWriter {
  let open: Draft | undefined;
  let tier: string | undefined;
  return {
    isOpen: () => open !== undefined,
    add(event, index) {
      const plain = open === undefined && event.more !== true && event.extras === undefined && !event.spelling;
      const delta = plain && isDelta(event) ? deltaWire(event, place) : undefined;
      if (delta !== undefined) return [deltaFrame(index, delta)];
      if (event.type === 'response-start' || event.type === 'response-change') tier = event.serviceTier;
      open ??= { first: event, wire: undefined };
      open.wire = withEvent(event, open.wire, { place, index, tier });
      if (event.more === true) return [];
      const { first, wire } = open;
      open = undefined;
      return wire === undefined ? [] : [framedAs(first, wire)];
    },
  };
}

interface Draft {
  readonly first: Carried;
  /** Undefined while nothing could be said. */
  wire: JsonObject | undefined;
}

interface Context {
  readonly place: Writing;
  readonly index: number;
  readonly tier: string | undefined;
}

/** The frame with what an event says in it. */
function withEvent(event: ChatEvent, begun: JsonObject | undefined, { place, index, tier }: Context) {
  const wire = begun ?? {};
  switch (event.type) {
    case 'response-start':
    case 'response-change':
      return { type: 'message_start', ...besideOf(event).frame, message: messageWire(event) };
    case 'part-start':
      return { type: 'content_block_start', ...besideOf(event).frame, index, content_block: blockWire(event) };
    case 'part-end':
      return { type: 'content_block_stop', ...besideOf(event).frame, index };
    case 'tool-call-start':
      return inside(wire, 'content_block', startedCall(event));
    case 'finish':
      return { type: 'message_delta', ...besideOf(event).frame, delta: finishWire(event, place) };
    case 'usage': {
      if (spelled(event, 'stands') === 'frame') return begun;
      const usage = usageWire(event.usage, place);
      if (wire['type'] === 'message_start') return inside(wire, 'message', { usage: withTier(usage, tier, place) });
      return { ...wire, type: 'message_delta', ...besideOf(event).own, usage };
    }
    case 'opaque':
      return isJsonObject(event.wire) ? event.wire : begun;
    default:
      return isDelta(event) ? withDelta(event, wire, { place, index, tier }) : begun;
  }
}

function inside(wire: JsonObject, name: string, members: JsonObject): JsonObject {
  const inner = wire[name];
  return { ...wire, [name]: { ...(isJsonObject(inner) && inner), ...members } };
}

function withDelta(event: DeltaEvent, wire: JsonObject, { place, index }: Context): JsonObject {
  if (spelled(event, 'stands') === 'start') {
    // A tool's input stands in the start of its call, though it counts only when the block is over.
    return event.type === 'tool-call-delta' ? wire : inside(wire, 'content_block', atStart(event));
  }
  const delta = deltaWire(event, place);
  const { own, frame } = besideOf(event);
  return delta === undefined ? wire : { type: 'content_block_delta', ...frame, index, delta: { ...own, ...delta } };
}

type EventOf<Type extends ChatEvent['type']> = Extract<ChatEvent, { readonly type: Type }>;

function messageWire(event: EventOf<'response-start' | 'response-change'>): JsonObject {
  const { id, model } = event;
  const members = headDefaults.given(besideOf(event).own, (name) => spelled(event, name) === 'absent');
  return { ...members, ...(id !== undefined && { id }), ...(model !== undefined && { model }) };
}

function blockWire(event: EventOf<'part-start'>): JsonObject {
  return { ...startOf(event), ...besideOf(event).own };
}

/** A block without what is still to come. */
function startOf(event: EventOf<'part-start'>): JsonObject {
  if (event.kind === 'tool-call') return { type: 'tool_use' };
  if (event.kind !== 'reasoning') return { type: 'text', text: '' };
  if (spelled(event, 'block') === 'redacted_thinking') return { type: 'redacted_thinking' };
  const isUnsealed = spelled(event, 'signature') === 'absent';
  return isUnsealed ? { type: 'thinking', thinking: '' } : { type: 'thinking', thinking: '', signature: '' };
}

function startedCall(event: EventOf<'tool-call-start'>): JsonObject {
  const input = spelled(event, 'input');
  const given = input === 'absent' ? undefined : parseJson(input ?? '{}');
  return { id: event.id, name: event.name, ...(given !== undefined && { input: given }), ...besideOf(event).own };
}

/** What a block says where it starts. */
function atStart(event: DeltaEvent): JsonObject {
  if (event.type === 'text-delta') return { text: event.text };
  if (event.type !== 'reasoning-delta') return {};
  const { text, signature, encrypted } = event;
  return {
    ...(text !== undefined && { thinking: text }),
    ...(signature !== undefined && { signature }),
    ...(encrypted !== undefined && { data: encrypted }),
  };
}

function finishWire(event: EventOf<'finish'>, place: Writing): JsonObject {
  const reason = stopReason(event.finish, { callsTools: false, refuses: false }, place);
  const isPlain = spelled(event, 'stop_sequence') !== 'absent';
  return { stop_reason: reason, ...(isPlain && { stop_sequence: null }), ...besideOf(event).own };
}
