import type { Json, JsonObject } from '../../core/json.ts';
import type { Part, RoleMessage, ToolResultPart } from '../../core/message.ts';
import { reportUnsaid } from '../carrying.ts';
import { type Field, required, text } from '../field.ts';
import { reportForeign } from '../foreign.ts';
import { at, type Reading, type Writing } from '../place.ts';
import { dialect, marked, shape, spelled } from './carry.ts';
import { content, type PlacedPart, placed, placedIn, writeContent } from './content.ts';
import { contentPart } from './parts.ts';

/** A message of the role `tool`: the result of one call. */
export function readToolMessage(found: JsonObject, place: Reading): RoleMessage {
  const { parts, ...result } = toolShape.decode(found, place);
  const read: ToolResultPart = { type: 'tool-result', parts: parts ?? [], ...result };
  return { type: 'message', role: 'tool', parts: [marked(read, 'parts', parts === undefined ? 'absent' : undefined)] };
}

/** What becomes of results: a message for each, which `tool_call_id` tells apart, and what such a message cannot hold. */
export interface WrittenResults {
  readonly messages: readonly JsonObject[];
  /** Parts for a user's message after the results. */
  readonly moved: readonly Json[];
}

export function writeToolMessage(message: RoleMessage, place: Writing): WrittenResults {
  reportForeign(dialect, message, place);
  const written = placedIn(message, place).map(writeResult);
  return { messages: written.flatMap((one) => one.messages), moved: written.flatMap((one) => one.moved) };
}

function writeResult({ part, place }: PlacedPart): WrittenResults {
  if (part.type !== 'tool-result') {
    place.lost({ path: place.path, why: 'misplaced' });
    return { messages: [], moved: [] };
  }
  if (part.isError === true) reportUnsaid(part, ['isError'], place);
  reportUnsaid(part, ['signature', 'cacheBreakpoint'], place);
  const { said, moved } = divided(part, at(place, 'parts'));
  return { messages: [resultShape.encode({ ...part, said }, place)], moved };
}

/**
 * The content of a result, and what has to go elsewhere: OpenAI takes nothing but text here. What came from a caller of this
 * dialect stays as it came, for the vendors that take more.
 */
function divided(
  part: ToolResultPart,
  list: Writing,
): { readonly said: Json | undefined; readonly moved: readonly Json[] } {
  const spelling = spelled(part, 'parts');
  const parts = placed(part.parts, list);
  if (spelling === 'absent' && parts.length === 0) return { said: undefined, moved: [] };
  if (spelling === 'list') return { said: writeContent(parts, spelling), moved: [] };
  const moved = parts.filter((one) => !isText(one)).flatMap(moveOut);
  return { said: writeContent(parts.filter(isText), spelling) ?? '', moved };
}

function isText({ part }: PlacedPart): boolean {
  return part.type === 'text';
}

function moveOut({ part, place }: PlacedPart): readonly Json[] {
  const wire = contentPart.write(part, place);
  if (wire === undefined) return [];
  place.lost({ path: place.path, why: 'moved' });
  return [wire];
}

/** Where a member of a result stands within its message. */
export function resultMember({ parts: _, ...part }: ToolResultPart, member: string): string | undefined {
  return toolShape.where(part, member);
}

interface Members extends Pick<ToolResultPart, 'callId' | 'name'> {
  readonly parts?: readonly Part[];
}

const callId = required(text('tool_call_id'));
const role = { role: 'tool' };

const toolShape = shape<Members>({ callId, parts: content, name: text('name') }, role);

/** A content that is written already. */
const said: Field<Json> = {
  path: 'content',
  expected: content.expected,
  read: () => undefined,
  write: (value) => value,
};

const resultShape = shape<Pick<Members, 'callId' | 'name'> & { readonly said?: Json | undefined }>(
  { callId, said, name: text('name') },
  role,
);
