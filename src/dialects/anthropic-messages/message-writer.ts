import type { Json, JsonObject } from '../../core/json.ts';
import type { Message, Part } from '../../core/message.ts';
import { unsayable } from '../carrying.ts';
import { reportForeign } from '../foreign.ts';
import { at, type Writing } from '../place.ts';
import { writeBlock } from './blocks.ts';
import { dialect, extras, spelled, unwrapped } from './carry.ts';
import { plainText } from './content.ts';
import { writeInstruction } from './instructions.ts';
import { replayable } from './replayable.ts';
import { type Placed, type Turn, turnsOf } from './turns.ts';

/** The conversation as `system` and `messages`. What has nothing to say is left out. */
export function writeMessages(messages: readonly Message[], place: Writing): JsonObject {
  const here = at(place, 'messages');
  const { system, turns } = turnsOf(messages);
  reportHoisted(system, turns, here);
  const instructions = writeContent(system, writeInstruction, here);
  const uncallable = customCalls(messages);
  const spoken = turns.flatMap((turn) => writeTurn(turn, uncallable, here));
  return { ...(instructions !== undefined && { system: instructions }), messages: spoken };
}

type WritePart = (part: Part, place: Writing) => Json | undefined;

/** An instruction that came later in the conversation says less at its beginning. */
function reportHoisted(system: readonly Placed[], turns: readonly Turn[], place: Writing): void {
  const [first] = turns;
  if (first === undefined) return;
  const start = first.role === 'opaque' ? first.index : (first.messages[0]?.index ?? 0);
  for (const { index, message } of system) {
    if (index > start && message.parts.some(says)) place.lost({ path: at(place, index).path, why: 'hoisted' });
  }
}

function says(part: Part): boolean {
  return part.type !== 'text' || part.text !== '';
}

function writeTurn(turn: Turn, uncallable: ReadonlySet<string>, place: Writing): readonly Json[] {
  if (turn.role === 'opaque') {
    const wire = unwrapped(turn.message, at(place, turn.index));
    return wire === undefined ? [] : [wire];
  }
  const write = turn.role === 'system' ? writeInstruction : answering(uncallable);
  const content = writeContent(turn.messages, write, place);
  if (content === undefined) {
    for (const { message, index } of turn.messages) {
      if (message.parts.length > 0) place.lost({ path: at(place, index).path, why: 'empty' });
    }
    return [];
  }
  const carried = turn.messages.flatMap(({ message }) => Object.entries(extras(message)));
  return [{ ...Object.fromEntries(carried), role: turn.role, content }];
}

/** What several messages say together; undefined if that is nothing. */
function writeContent(messages: readonly Placed[], write: WritePart, place: Writing): Json | undefined {
  const told: Part[] = [];
  const written: Json[] = [];
  for (const { message, index } of messages) {
    const here = at(place, index);
    reportForeign(dialect, message, here);
    for (const [position, part] of message.parts.entries()) {
      const spot = at(at(here, 'parts'), position);
      const fit = replayable(part, spot);
      const block = fit && write(fit, spot);
      if (fit === undefined || block === undefined) continue;
      told.push(fit);
      written.push(block);
    }
  }
  const isList = messages.some(({ message }) => spelled(message, 'parts') === 'list');
  if (written.length === 0)
    return isList && messages.every(({ message }) => message.parts.length === 0) ? [] : undefined;
  return isList ? written : (plainText(told) ?? written);
}

/** The calls of tools that this dialect has not; it would refuse a result without its call. */
function customCalls(messages: readonly Message[]): ReadonlySet<string> {
  const parts = messages.flatMap((message) => (message.type === 'message' ? message.parts : []));
  return new Set(parts.flatMap((part) => (part.type === 'custom-call' ? [part.id] : [])));
}

function answering(uncallable: ReadonlySet<string>): WritePart {
  return (part, place) => {
    if (part.type !== 'tool-result' || !uncallable.has(part.callId)) return writeBlock(part, place);
    return unsayable(place, 'no-custom-tools');
  };
}
