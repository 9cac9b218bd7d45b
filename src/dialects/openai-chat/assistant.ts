import type { Opaque } from '../../core/carried.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { AudioPart, Citation, Part, ReasoningPart, RoleMessage } from '../../core/message.ts';
import { elements, type Field, text } from '../field.ts';
import { without } from '../members.ts';
import { at, type Reading, type Writing } from '../place.ts';
import { answerAudio } from './answer-audio.ts';
import { marked, shape, spelled, unwrapped } from './carry.ts';
import { annotation } from './citations.ts';
import { content, hasOneText } from './content.ts';
import { homeOf, reasoningBeside, usualPlain, writeDetail } from './reasoning.ts';
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
      ...(citations === undefined ? said : said.map((part) => cited(part, citations))),
      ...(refusal === undefined ? [] : [{ type: 'refusal', text: refusal } as const]),
      ...(audio === undefined ? [] : [audio]),
      ...calls,
    ],
    ...carried,
  };
  const noted = marked(message, 'content', rest['content'] === undefined ? 'absent' : undefined);
  return marked(marked(noted, 'reasoning', plain), 'copies', copies);
}

export function writeAssistant(message: RoleMessage, place: Writing): JsonObject {
  const { type: _, role: __, parts, ...carried } = message;
  const sorted = sort(parts, place);
  const members = {
    ...carried,
    ...((sorted.content.length > 0 || spelled(message, 'content') === 'list') && {
      content: sorted.content.map(uncited),
    }),
    ...(sorted.refusal !== undefined && { refusal: sorted.refusal }),
    ...(sorted.audio !== undefined && { audio: sorted.audio }),
    ...(sorted.calls.length > 0 && { calls: sorted.calls }),
    citations: sorted.content.flatMap((part) => (part.type === 'text' ? (part.citations ?? []) : [])),
  };
  const written = { ...citedShape.encode(members, place), ...writeReasoning(message, sorted.reasoning, place) };
  // OpenAI itself always has a content, if only null; some of its clients count on that.
  return written['content'] === undefined && spelled(message, 'content') !== 'absent'
    ? { ...written, content: null }
    : written;
}

interface Members {
  readonly content?: readonly Part[];
  readonly refusal?: string;
  readonly citations?: readonly (Citation | Opaque)[];
  readonly audio?: AudioPart;
  readonly calls?: readonly Part[];
}

const role = { role: 'assistant' };
const plainMembers = { content, refusal: text('refusal'), audio: answerAudio, calls: elements('tool_calls', toolCall) };

const citedShape = shape<Members>({ ...plainMembers, citations: elements('annotations', annotation) }, role);

/** Where annotations cannot be told which text they belong to, they are left where they are. */
const untold: Field<readonly (Citation | Opaque)[]> = {
  path: 'annotations',
  expected: 'an array of objects',
  read: () => undefined,
  write: () => undefined,
};
const uncitedShape = shape<Members>({ ...plainMembers, citations: untold }, role);

function cited(part: Part, citations: readonly (Citation | Opaque)[]): Part {
  return part.type === 'text' ? { ...part, citations } : part;
}

function uncited(part: Part): Part {
  if (part.type !== 'text' || part.citations === undefined) return part;
  const { citations: _, ...rest } = part;
  return rest;
}

interface Sorted {
  readonly reasoning: readonly (ReasoningPart | Opaque)[];
  readonly content: readonly Part[];
  readonly refusal: string | undefined;
  readonly audio: AudioPart | undefined;
  readonly calls: readonly Part[];
}

const homes = ['reasoning', 'content', 'refusal', 'audio', 'calls'] as const;

function sort(parts: readonly Part[], place: Writing): Sorted {
  const placed = parts.map((part) => ({ part, home: memberOf(part) }));
  const ranks = placed.map(({ home }) => homes.indexOf(home));
  if (ranks.some((rank, index) => rank < (ranks[index - 1] ?? 0))) place.lost({ path: place.path, why: 'part-order' });
  const within = (home: (typeof homes)[number]): readonly Part[] =>
    placed.filter((one) => one.home === home).map(({ part }) => part);
  const [refusal, ...refusals] = within('refusal');
  const [audio, ...audios] = within('audio');
  return {
    reasoning: within('reasoning').filter((part) => part.type === 'reasoning' || part.type === 'opaque'),
    // There is room for one refusal and one audio beside the content; more of them go in there.
    content: [...within('content'), ...refusals, ...audios],
    refusal: refusal?.type === 'refusal' ? refusal.text : undefined,
    audio: audio?.type === 'audio' ? audio : undefined,
    calls: within('calls'),
  };
}

function memberOf(part: Part): (typeof homes)[number] {
  switch (part.type) {
    case 'reasoning':
      return homeOf(part) === 'content' ? 'content' : 'reasoning';
    case 'tool-call':
    case 'custom-call':
      return 'calls';
    case 'refusal':
      return spelled(part, 'field') === 'content' ? 'content' : 'refusal';
    case 'audio':
      return 'audio';
    case 'opaque':
      return opaqueHomes[spelled(part, 'field') ?? 'content'] ?? 'content';
    default:
      return 'content';
  }
}

const opaqueHomes: Readonly<Record<string, (typeof homes)[number]>> = {
  tool_calls: 'calls',
  reasoning_details: 'reasoning',
};

function writeReasoning(message: RoleMessage, parts: Sorted['reasoning'], place: Writing): JsonObject {
  const plain = parts.filter((part) => part.type === 'reasoning' && homeOf(part) === 'plain');
  const detailed = parts.filter((part) => !plain.includes(part));
  const details = detailed.flatMap((part, index): Json[] => {
    const here = at(at(place, 'reasoning_details'), index);
    const wire = part.type === 'reasoning' ? writeDetail(part, here) : unwrapped(part, here);
    return wire === undefined ? [] : [wire];
  });
  const named = plain.length === 0 ? [] : (spelled(message, 'reasoning') ?? usualPlain).split('+');
  const copies = spelled(message, 'copies')?.split('+') ?? [];
  return Object.fromEntries<Json>([
    ...named.map((name): [string, Json] => [name, textOf(plain)]),
    ...(details.length > 0 ? copies.map((name): [string, Json] => [name, textOf(detailed)]) : []),
    ...(details.length > 0 ? [['reasoning_details', details] as const] : []),
  ]);
}

function textOf(parts: Sorted['reasoning']): string {
  return parts.map((part) => (part.type === 'reasoning' ? (part.text ?? '') : '')).join('');
}
