import type { Opaque } from '../../core/carried.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Citation, Part, RoleMessage } from '../../core/message.ts';
import { reportUnsaid, unsayable } from '../carrying.ts';
import { reportForeign } from '../foreign.ts';
import type { OpenObject } from '../members.ts';
import { at, type Writing } from '../place.ts';
import { answerAudio } from './answer-audio.ts';
import { type AssistantLayout, assistantLayout, keepsOrder } from './assistant-layout.ts';
import { dialect, shape, spelled } from './carry.ts';
import { annotation } from './citations.ts';
import { isPlainText, type PlacedPart, placedIn, writeContent } from './content.ts';
import { usualPlain, writeDetail } from './reasoning.ts';
import { toolCall } from './tool-calls.ts';

/**
 * What an assistant said, for the history of a request, with `more` that it said in the same turn. Undefined if nothing of it can
 * be said: vendors refuse an empty one.
 */
export function writePastAssistant(
  message: RoleMessage,
  place: Writing,
  more: readonly PlacedPart[],
): JsonObject | undefined {
  const parts = [...placedIn(message, place), ...more];
  const layout = sayable(parts, place);
  const spelling = spelled(message, 'content');
  const isSilent = layout.content.length === 0 && spelling !== 'list';
  const content = isSilent ? undefined : writeContent(layout.content.map(uncited), spelling);
  const wire = writeMembers({ message, layout, content }, place);
  if (spelling !== undefined || Object.entries(wire).some(([name, said]) => name !== 'role' && said !== null))
    return wire;
  return parts.length === 0 ? undefined : unsayable(place, 'empty');
}

/** What an assistant answers. Its content is a string, however many texts it has. */
export function writeAnswer(message: RoleMessage, place: Writing): JsonObject {
  const layout = sayable(placedIn(message, place), place);
  const content = answerContent(layout.content.map(uncited), spelled(message, 'content'));
  return writeMembers({ message, layout, content }, place);
}

/** The parts by their places, without those that only another dialect knows; these are told, and so is an order not kept. */
function sayable(parts: readonly PlacedPart[], place: Writing): AssistantLayout {
  const known = parts.filter(({ part, place: here }) => {
    const isKnown = part.type !== 'opaque' || part.dialect === dialect;
    if (!isKnown) here.lost({ path: here.path, why: `only-${part.dialect}` });
    return isKnown;
  });
  if (!keepsOrder(known)) place.lost({ path: place.path, why: 'part-order' });
  return assistantLayout(known);
}

function answerContent(parts: readonly PlacedPart[], spelling: string | undefined): Json | undefined {
  if (spelling === 'list') return writeContent(parts, spelling);
  if (parts.length === 0) return undefined;
  const written = writeContent(parts, spelling);
  return parts.every(({ part }) => isPlainText(part)) ? joinedText(parts) : written;
}

interface Saying {
  readonly message: RoleMessage;
  readonly layout: AssistantLayout;
  readonly content: Json | undefined;
}

function writeMembers({ message, layout, content }: Saying, place: Writing): JsonObject {
  const wire: OpenObject = { ...bareShape.encode(message, place) };
  // OpenAI itself always has a content, if only null; some of its clients count on that.
  if (content !== undefined || spelled(message, 'content') !== 'absent') wire['content'] = content ?? null;
  const refusal = bareText(layout.refusal);
  if (refusal !== '') wire['refusal'] = refusal;
  for (const { part, place: here } of layout.audio) {
    const audio = part.type === 'audio' ? answerAudio.write(part, here, undefined) : undefined;
    if (audio !== undefined) wire['audio'] = audio;
  }
  const calls = layout.calls.flatMap(({ part, place: here }) => toolCall.write(part, here) ?? []);
  if (calls.length > 0) wire['tool_calls'] = calls;
  const cited = citations(layout.content, content);
  if (cited.length > 0) wire['annotations'] = cited;
  return Object.assign(wire, reasoning(message, layout));
}

const bareShape = shape<object>({}, { role: 'assistant' });

/** The text of parts of which only the text can be said. */
function bareText(parts: readonly PlacedPart[]): string {
  for (const { part, place } of parts) {
    if (part.type !== 'opaque') reportUnsaid(part, ['signature', 'cacheBreakpoint'], place);
    if (part.type !== 'opaque') reportForeign(dialect, part, place);
  }
  return joinedText(parts);
}

function joinedText(parts: readonly PlacedPart[]): string {
  return parts.map(({ part }) => textOf(part)).join('');
}

function textOf(part: Part): string {
  return 'text' in part ? (part.text ?? '') : '';
}

function uncited({ part, place }: PlacedPart): PlacedPart {
  if (part.type !== 'text' || part.citations === undefined) return { part, place };
  const { citations: _, ...rest } = part;
  return { part: rest, place };
}

/** The citations of all texts; within texts that became one string they are told from its start. */
function citations(parts: AssistantLayout['content'], content: Json | undefined): readonly Json[] {
  const isJoined = typeof content === 'string';
  let before = 0;
  return parts.flatMap(({ part, place }) => {
    if (part.type !== 'text') return [];
    const list = at(place, 'citations');
    const written = (part.citations ?? []).flatMap(
      (one, index) => annotation.write(isJoined ? shifted(one, before) : one, at(list, index)) ?? [],
    );
    before += part.text.length;
    return written;
  });
}

function shifted(citation: Citation | Opaque, by: number): Citation | Opaque {
  if (citation.type === 'opaque' || by === 0) return citation;
  const { start, end } = citation;
  return {
    ...citation,
    ...(start !== undefined && { start: start + by }),
    ...(end !== undefined && { end: end + by }),
  };
}

function reasoning(message: RoleMessage, { plain, details }: AssistantLayout): JsonObject {
  const wire: OpenObject = {};
  const detailed = details.flatMap(({ part, place }) => {
    if (part.type === 'reasoning') return [writeDetail(part, place)];
    return part.type === 'opaque' ? [part.wire] : [];
  });
  const names = plain.length === 0 ? [] : (spelled(message, 'reasoning') ?? usualPlain).split('+');
  const thought = bareText(plain);
  for (const name of names) wire[name] = thought;
  if (detailed.length === 0) return wire;
  for (const name of spelled(message, 'copies')?.split('+') ?? []) wire[name] = joinedText(details);
  wire['reasoning_details'] = detailed;
  return wire;
}
