import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Message, Part, RoleMessage } from '../../core/message.ts';
import type { Read } from '../field.ts';
import { at, mistyped, type Reading } from '../place.ts';
import { readBlock } from './blocks.ts';
import { dialect, marked, opaque } from './carry.ts';
import { readContent } from './content.ts';
import { readInstruction } from './instructions.ts';
import { usuallyJoins } from './turns.ts';

/** The conversation: what the top-level `system` says, if it is there, and the turns. One of an unknown role is carried as it is. */
export function readMessages({ system, messages }: JsonObject, place: Reading): readonly Message[] {
  const here = at(place, 'messages');
  if (!Array.isArray(messages)) throw mistyped(here, 'an array of objects', messages);
  const read: Message[] = [];
  for (const [index, turn] of messages.entries()) read.push(...readTurn(turn, read.at(-1), at(here, index)));
  if (system === undefined || system === null) return read;
  return [messageOf('system', readContent(system, at(place, 'system'), readInstruction)), ...read];
}

function readTurn(found: Json, before: Message | undefined, place: Reading): readonly Message[] {
  if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
  const { role, content, ...rest } = found;
  if (typeof role !== 'string') throw mistyped(at(place, 'role'), 'a string', role);
  const carried = Object.keys(rest).length === 0 ? {} : { extras: { [dialect]: rest } };
  const here = at(place, 'content');
  switch (role) {
    case 'assistant':
      return [{ ...messageOf(role, readContent(content, here, readBlock)), ...carried }];
    case 'system':
      return [
        { ...marked(messageOf(role, readContent(content, here, readInstruction)), 'place', 'messages'), ...carried },
      ];
    case 'user': {
      const [first, ...others] = splitTurn(readContent(content, here, readBlock), before);
      return [{ ...first, ...carried }, ...others];
    }
    default:
      return [opaque(found)];
  }
}

function messageOf(role: RoleMessage['role'], { value, spelled }: Read<readonly Part[]>): RoleMessage {
  return marked<RoleMessage>({ type: 'message', role, parts: value }, 'parts', spelled);
}

/** What tools gave, and what the user said: a message for each run of either. */
function splitTurn(
  content: Read<readonly Part[]>,
  before: Message | undefined,
): readonly [RoleMessage, ...RoleMessage[]] {
  const [first = [], ...runs] = runsOf(content.value);
  const opening = messageOf(roleOf(first), { ...content, value: first });
  const messages: [RoleMessage, ...RoleMessage[]] = [
    marked(opening, 'turn', usuallyJoins(opening, before) ? 'separate' : undefined),
  ];
  for (const parts of runs) {
    const message = messageOf(roleOf(parts), { value: parts });
    messages.push(marked(message, 'turn', usuallyJoins(message, messages.at(-1)) ? undefined : 'joined'));
  }
  return messages;
}

function runsOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  const runs: Part[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last !== undefined && roleOf(last) === roleOf([part])) last.push(part);
    else runs.push([part]);
  }
  return runs;
}

function roleOf([first]: readonly Part[]): 'tool' | 'user' {
  return first?.type === 'tool-result' ? 'tool' : 'user';
}
