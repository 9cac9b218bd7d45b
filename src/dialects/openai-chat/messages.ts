import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Message, RoleMessage, ToolResultPart } from '../../core/message.ts';
import { reportUnsaid } from '../carrying.ts';
import { type Field, list, required, text } from '../field.ts';
import { at, mistyped, type Writing } from '../place.ts';
import { readAssistant, writeAssistant } from './assistant.ts';
import { marked, opaque, shape, spelled, unwrapped } from './carry.ts';
import { content } from './content.ts';

/** The conversation. A message of an unknown role (also the old `function`) is carried as it is. */
export const messages: Field<readonly Message[]> = {
  ...list<Message>('messages', {
    read(found, place) {
      if (!isJsonObject(found)) throw mistyped(place, 'an object', found);
      const role = found['role'];
      if (typeof role !== 'string') throw mistyped(at(place, 'role'), 'a string', role);
      if (role === 'assistant') return readAssistant(found, place);
      if (role === 'tool') return readToolMessage(toolShape.decode(found, place));
      if (role !== 'system' && role !== 'developer' && role !== 'user') return opaque(found);
      const { content: parts, ...carried } = contentShapes[role].decode(found, place);
      return { type: 'message', role, parts, ...carried };
    },
    write: () => undefined,
  }),
  write: (value, place) => value.flatMap((one, index) => writeMessage(one, at(place, index))),
};

function writeMessage(message: Message, place: Writing): readonly Json[] {
  if (message.type === 'opaque') {
    const wire = unwrapped(message, place);
    return wire === undefined ? [] : [wire];
  }
  if (message.role === 'assistant') return [writeAssistant(message, place)];
  if (message.role === 'tool') return message.parts.flatMap((part) => writeToolMessage(part, place));
  const { parts, ...carried } = message;
  return [contentShapes[message.role].encode({ ...carried, content: parts }, place)];
}

type ContentRole = 'system' | 'developer' | 'user';
type Members = { readonly content: RoleMessage['parts'] };

const contentShapes = {
  system: shape<Members>({ content: required(content) }, { role: 'system' }),
  developer: shape<Members>({ content: required(content) }, { role: 'developer' }),
  user: shape<Members>({ content: required(content) }, { role: 'user' }),
} satisfies Record<ContentRole, unknown>;

interface ToolMembers extends Pick<ToolResultPart, 'callId' | 'name'> {
  readonly content?: RoleMessage['parts'];
}

const toolShape = shape<ToolMembers>(
  { callId: required(text('tool_call_id')), content, name: text('name') },
  { role: 'tool' },
);

function readToolMessage({ content: parts, ...result }: ReturnType<typeof toolShape.decode>): RoleMessage {
  const read: ToolResultPart = { type: 'tool-result', parts: parts ?? [], ...result };
  const silent = parts === undefined ? 'absent' : undefined;
  return { type: 'message', role: 'tool', parts: [marked(read, 'content', silent)] };
}

/** One message for each result: what other dialects gather in one, this one tells apart by `tool_call_id`. */
function writeToolMessage(part: RoleMessage['parts'][number], place: Writing): readonly JsonObject[] {
  if (part.type !== 'tool-result') {
    place.lost({ path: place.path, why: 'misplaced' });
    return [];
  }
  reportUnsaid(part, ['isError', 'signature', 'cacheBreakpoint'], place);
  const { parts, ...result } = part;
  const silent = parts.length === 0 && spelled(part, 'content') === 'absent';
  return [toolShape.encode(silent ? result : { ...result, content: parts }, place)];
}
