import type { Opaque } from '../../core/carried.ts';
import type { JsonObject } from '../../core/json.ts';
import type { AudioPart, Citation, Part, RoleMessage } from '../../core/message.ts';
import { elements, type Field, filled, text } from '../field.ts';
import { without } from '../members.ts';
import type { Reading } from '../place.ts';
import { answerAudio } from './answer-audio.ts';
import { marked, shape } from './carry.ts';
import { annotation } from './citations.ts';
import { content, hasOneText } from './content.ts';
import { reasoningBeside } from './reasoning.ts';
import { toolCall } from './tool-calls.ts';

/** The message of an assistant: in the history of a request, and in an answer. Its kinds of parts stand in members of their own. */
export function readAssistant(wire: JsonObject, place: Reading): RoleMessage {
  const { parts: reasoning, rest, plain, copies } = reasoningBeside(wire, place);
  const table = hasOneText(rest['content']) ? citedShape : uncitedShape;
  const found = table.decode(rest['content'] === null ? without(rest, 'content') : rest, place);
  const { content: said = [], refusal, citations, audio, calls = [], ...carried } = found;
  const message: RoleMessage = {
    type: 'message',
    role: 'assistant',
    parts: [
      ...reasoning,
      ...said.map((part) => saidPart(part, citations)),
      ...(refusal === undefined ? [] : [{ type: 'refusal', text: refusal } as const]),
      ...(audio === undefined ? [] : [audio]),
      ...calls,
    ],
    ...carried,
  };
  const noted = marked(message, 'content', silenceOf(message, rest));
  return marked(marked(noted, 'reasoning', plain), 'copies', copies);
}

/** How nothing was said, if there is something to note: usual is a null beside something else. */
function silenceOf({ parts }: RoleMessage, { content: said }: JsonObject): string | undefined {
  if (said === undefined) return 'absent';
  return said === null && parts.length === 0 ? 'null' : undefined;
}

interface Members {
  readonly content?: readonly Part[];
  readonly refusal?: string;
  readonly citations?: readonly (Citation | Opaque)[];
  readonly audio?: AudioPart;
  readonly calls?: readonly Part[];
}

const role = { role: 'assistant' };
const plainMembers = {
  content,
  refusal: filled(text('refusal')),
  audio: answerAudio,
  calls: elements('tool_calls', toolCall),
};

const citedShape = shape<Members>({ ...plainMembers, citations: elements('annotations', annotation) }, role);

/** Where annotations cannot be told which text they belong to, they are left where they are. */
const untold: Field<readonly (Citation | Opaque)[]> = {
  path: 'annotations',
  expected: 'an array of objects',
  read: () => undefined,
  write: () => undefined,
};
const uncitedShape = shape<Members>({ ...plainMembers, citations: untold }, role);

/** A part of the content, with what stands beside it. */
function saidPart(part: Part, citations: Members['citations']): Part {
  if (part.type === 'audio') return marked(part, 'field', 'content');
  return part.type === 'text' && citations !== undefined ? { ...part, citations } : part;
}
