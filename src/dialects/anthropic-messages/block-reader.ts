import type { ChatEvent, PartKind } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { inOneFrame } from '../answer-events.ts';
import { without } from '../members.ts';
import { opaque } from './carry.ts';
import { citation } from './citations.ts';
import { carrying, type Marks } from './frames.ts';

/** Turns the frames of content blocks into events of numbered parts. What it does not know comes back as it is. */
export interface BlockReader {
  start(wire: JsonObject): readonly ChatEvent[];
  delta(wire: JsonObject): readonly ChatEvent[];
  stop(wire: JsonObject): readonly ChatEvent[];
  /** A message begins: its blocks are numbered anew. */
  begin(): void;
}

export function blockReader(): BlockReader {
  const blocks = new Map<number, Block>();
  let calls = 0;
  return {
    begin: () => blocks.clear(),
    start(wire) {
      const { type: _, index, content_block: block, ...frame } = wire;
      if (!isIndex(index) || !isJsonObject(block)) return [whole(wire)];
      const opened = openingOf(block, index, calls);
      blocks.set(index, { kind: opened?.kind ?? 'opaque', call: calls, input: opened?.input, isTold: false });
      if (opened === undefined) return [whole(wire)];
      if (opened.kind === 'tool-call') calls += 1;
      const { own, marks } = opened;
      const first = carrying({ type: 'part-start', choice, part: index, kind: opened.kind }, { own, frame, marks });
      return opened.said.length === 0 ? [first] : inOneFrame([first, ...opened.said]);
    },
    delta(wire) {
      const { index, delta } = wire;
      if (!isIndex(index) || !isJsonObject(delta)) return [whole(wire)];
      const block = blocks.get(index);
      const event = block?.kind === 'opaque' ? undefined : deltaEvent(delta, index, block);
      if (event === undefined) return [whole(wire)];
      if (event.type === 'tool-call-delta' && block !== undefined && event.text !== '') block.isTold = true;
      if (Object.keys(delta).length === 2 && Object.keys(wire).length === 3) return [event];
      return [carryingRest(event, delta, wire)];
    },
    stop(wire) {
      const { type: _, index, ...frame } = wire;
      const block = isIndex(index) ? blocks.get(index) : undefined;
      if (!isIndex(index) || block === undefined || block.kind === 'opaque') return [whole(wire)];
      const end = carrying({ type: 'part-end', choice, part: index }, { frame });
      if (block.input === undefined || block.isTold) return [end];
      const given: ChatEvent = { type: 'tool-call-delta', choice, part: index, call: block.call, text: block.input };
      return inOneFrame([carrying(given, standsInStart), end]);
    },
  };
}

/** A frame that has no words elsewhere. */
export function whole(wire: JsonObject): ChatEvent {
  return { ...opaque(wire), choice };
}

interface Block {
  readonly kind: PartKind | 'opaque';
  readonly call: number;
  /** A tool's input that stood in the block's start already. It counts only if no delta says any: usually it is empty. */
  readonly input: string | undefined;
  isTold: boolean;
}

/** An answer of this dialect has no alternatives. */
const choice = 0;

/** What is said already where a block starts; in a stream of the vendor's own that is nothing. */
const standsInStart = { marks: { stands: 'start' } };

function isIndex(index: Json | undefined): index is number {
  return Number.isSafeInteger(index);
}

interface Opening {
  readonly kind: PartKind;
  readonly own: JsonObject;
  readonly marks?: Marks;
  readonly said: readonly ChatEvent[];
  readonly input?: string | undefined;
}

/** Undefined if it is a block that has no words elsewhere. */
function openingOf(block: JsonObject, part: number, call: number): Opening | undefined {
  switch (block['type']) {
    case 'text': {
      const { type: _, text, ...own } = block;
      if (typeof text !== 'string') return undefined;
      const event: ChatEvent = { type: 'text-delta', choice, part, text };
      return { kind: 'text', own, said: text === '' ? [] : [carrying(event, standsInStart)] };
    }
    case 'thinking':
      return thinkingOpening(block, part);
    case 'redacted_thinking': {
      const { type, data, ...own } = block;
      if (typeof data !== 'string') return undefined;
      const event: ChatEvent = { type: 'reasoning-delta', choice, part, encrypted: data };
      return { kind: 'reasoning', own, marks: { block: 'redacted_thinking' }, said: [carrying(event, standsInStart)] };
    }
    case 'tool_use':
      return toolOpening(block, part, call);
    default:
      return undefined;
  }
}

function thinkingOpening(block: JsonObject, part: number): Opening | undefined {
  const { type: _, thinking, signature, ...rest } = block;
  if (typeof thinking !== 'string') return undefined;
  const isSealed = typeof signature === 'string';
  const event = (thought: { text: string } | { signature: string }): ChatEvent =>
    carrying({ type: 'reasoning-delta', choice, part, ...thought }, standsInStart);
  return {
    kind: 'reasoning',
    own: isSealed || signature === undefined ? rest : { ...rest, signature },
    marks: { signature: isSealed ? undefined : 'absent' },
    said: [
      ...(thinking === '' ? [] : [event({ text: thinking })]),
      ...(isSealed && signature !== '' ? [event({ signature })] : []),
    ],
  };
}

function toolOpening(block: JsonObject, part: number, call: number): Opening | undefined {
  const { type: _, id, name, input, ...rest } = block;
  if (typeof id !== 'string' || typeof name !== 'string') return undefined;
  const isSaid = isJsonObject(input) && Object.keys(input).length > 0;
  const given = isSaid ? JSON.stringify(input) : undefined;
  const own = isJsonObject(input) || input === undefined ? rest : { ...rest, input };
  const start: ChatEvent = { type: 'tool-call-start', choice, part, call, kind: 'function', id, name };
  const event = carrying(start, { own, marks: { input: isJsonObject(input) ? given : 'absent' } });
  return { kind: 'tool-call', own: {}, said: [event], input: given };
}

function deltaEvent(delta: JsonObject, part: number, block: Block | undefined): ChatEvent | undefined {
  const { type, text, partial_json: json, thinking, signature } = delta;
  if (type === 'text_delta' && typeof text === 'string') return { type: 'text-delta', choice, part, text };
  if (type === 'input_json_delta' && typeof json === 'string' && block?.kind === 'tool-call') {
    return { type: 'tool-call-delta', choice, part, call: block.call, text: json };
  }
  if (type === 'thinking_delta' && typeof thinking === 'string') {
    return { type: 'reasoning-delta', choice, part, text: thinking };
  }
  if (type === 'signature_delta' && typeof signature === 'string') {
    return { type: 'reasoning-delta', choice, part, signature };
  }
  const cited = delta['citation'];
  if (type !== 'citations_delta' || cited === undefined) return undefined;
  const place = { path: `content[${part}].citations`, of: 'answer' } as const;
  return { type: 'citation', choice, part, citation: citation.read(cited, place, 0) };
}

/** The member of each kind of delta that its event takes. */
const deltaMembers: Readonly<Record<string, string>> = {
  text_delta: 'text',
  input_json_delta: 'partial_json',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
  citations_delta: 'citation',
};

function carryingRest(event: ChatEvent, delta: JsonObject, wire: JsonObject): ChatEvent {
  const { type: _, index: __, delta: ___, ...frame } = wire;
  const { type, ...rest } = delta;
  return carrying(event, { own: without(rest, deltaMembers[String(type)] ?? ''), frame });
}
