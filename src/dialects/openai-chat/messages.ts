import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Message, RoleMessage } from '../../core/message.ts';
import { unsayable } from '../carrying.ts';
import { type Field, required } from '../field.ts';
import { reportForeign } from '../foreign.ts';
import { at, mistyped, type Reading, type Writing } from '../place.ts';
import { readAssistant } from './assistant.ts';
import { writePastAssistant } from './assistant-writer.ts';
import { dialect, opaque, shape, unwrapped } from './carry.ts';
import { content, type PlacedPart, placedIn } from './content.ts';
import { readToolMessage, writeToolMessage } from './tool-messages.ts';
import { apart, type Turn, turnsOf } from './turns.ts';

/** The conversation. A message of an unknown role (also the old `function`) is carried as it is. */
export const messages: Field<readonly Message[]> = {
  path: 'messages',
  expected: 'an array of objects',
  read(found, place) {
    if (!Array.isArray(found)) throw mistyped(place, messages.expected, found);
    return { value: apart(found.map((one: Json, index) => readMessage(one, at(place, index)))) };
  },
  write(value, place) {
    const written: Json[] = [];
    let moved: Json[] = [];
    for (const turn of turnsOf(value)) {
      const { message, index } = turn.first;
      if (message.type === 'message' && message.role === 'tool') {
        const told = writeToolMessage(message, at(place, index));
        written.push(...told.messages);
        moved.push(...told.moved);
        continue;
      }
      written.push(...besideResults(moved));
      moved = [];
      const wire = writeTurn(turn, place);
      if (wire !== undefined) written.push(wire);
    }
    return [...written, ...besideResults(moved)];
  },
};

function readMessage(found: Json, place: Reading): Message {
  if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
  const role = found['role'];
  if (typeof role !== 'string') throw mistyped(at(place, 'role'), 'a string', role);
  if (role === 'assistant') return readAssistant(found, place);
  if (role === 'tool') return readToolMessage(found, place);
  if (role !== 'system' && role !== 'developer' && role !== 'user') return opaque(found);
  return { type: 'message', role, ...saidShapes[role].decode(found, place) };
}

/** Nothing may stand between the answers to the calls of one turn, so what they cannot hold follows the last of them. */
function besideResults(moved: readonly Json[]): readonly JsonObject[] {
  return moved.length === 0 ? [] : [{ role: 'user', content: moved }];
}

/** Undefined if nothing of it can be said. */
function writeTurn({ first: { message, index }, more }: Turn, place: Writing): Json | undefined {
  const here = at(place, index);
  if (message.type === 'opaque') return unwrapped(message, here);
  if (message.role !== 'assistant') return writeSaid(message, here);
  const further = more.flatMap((one) => continuation(one, place));
  return writePastAssistant(message, here, further);
}

/** What an assistant goes on to say. */
function continuation({ message, index }: Turn['more'][number], place: Writing): readonly PlacedPart[] {
  const here = at(place, index);
  reportForeign(dialect, message, here);
  return placedIn(message, here);
}

/** An empty message is refused, or answered. */
function writeSaid(message: RoleMessage, place: Writing): JsonObject | undefined {
  const { role } = message;
  if (role === 'assistant' || role === 'tool') return undefined;
  const wire = saidShapes[role].encode(message, place);
  if (wire['content'] !== undefined) return wire;
  return unsayable(place, 'empty');
}

type SaidRole = 'system' | 'developer' | 'user';
type Members = Pick<RoleMessage, 'parts'>;

/** Of each role that says one content and nothing else. */
const saidShapes = {
  system: shape<Members>({ parts: required(content) }, { role: 'system' }),
  developer: shape<Members>({ parts: required(content) }, { role: 'developer' }),
  user: shape<Members>({ parts: required(content) }, { role: 'user' }),
} satisfies Record<SaidRole, unknown>;
