import type { Opaque } from '../../core/carried.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { ReasoningPart } from '../../core/message.ts';
import { reportUnsaid } from '../carrying.ts';
import { type Field, required, text } from '../field.ts';
import { without } from '../members.ts';
import { at, type Reading, type Writing } from '../place.ts';
import { marked, opaque, shape, spelled } from './carry.ts';

/** The reasoning that stands beside the content of a message or a delta, and what is left of that without it. */
export interface ReasoningBeside {
  readonly parts: readonly (ReasoningPart | Opaque)[];
  readonly rest: JsonObject;
  /** The members that held the plain text, joined by `+`, if not `reasoning_content` alone. */
  readonly plain?: string;
  /** Members that only repeated the text of the details, joined by `+`. */
  readonly copies?: string;
}

/**
 * OpenAI itself shows no reasoning in chat; vendors do, under three names: `reasoning_content` (DeepSeek, xAI, vLLM), `reasoning`
 * (Groq, Ollama) and `reasoning_details` (OpenRouter, which repeats the text in `reasoning`).
 * https://openrouter.ai/docs/use-cases/reasoning-tokens
 */
export function reasoningBeside(wire: JsonObject, place: Reading): ReasoningBeside {
  if (!reasoningMembers.some((name) => (wire[name] ?? null) !== null)) return { parts: [], rest: wire };
  const found = wire['reasoning_details'];
  const listed = Array.isArray(found) && found.length > 0 ? found : [];
  const details = listed.map((one: Json, index) => readDetail(one, at(at(place, 'reasoning_details'), index)));
  const joined = details.map((one) => (one.type === 'reasoning' ? (one.text ?? '') : '')).join('');
  const told = plainMembers.filter((name) => typeof wire[name] === 'string');
  const isTold = details.some(({ type }) => type === 'reasoning');
  const copies = isTold ? told.filter((name) => wire[name] === joined) : [];
  const [first, ...others] = told.filter((name) => !copies.includes(name));
  const same = first === undefined ? [] : [first, ...others.filter((name) => wire[name] === wire[first])];
  const plain: readonly ReasoningPart[] = first === undefined ? [] : [{ type: 'reasoning', text: String(wire[first]) }];
  const taken = [...same, ...copies, ...(details.length > 0 ? ['reasoning_details'] : [])];
  return {
    parts: [...plain, ...details],
    rest: taken.reduce(without, wire),
    ...(same.length > 0 && same.join('+') !== usualPlain && { plain: same.join('+') }),
    ...(copies.length > 0 && { copies: copies.join('+') }),
  };
}

/** Which member a part of reasoning belongs in. Only a detail can hold more than text. */
export function homeOf(part: ReasoningPart): 'content' | 'reasoning_details' | 'plain' {
  const field = spelled(part, 'field');
  if (field === 'content' || field === 'reasoning_details') return field;
  return isDetailed(part) ? 'reasoning_details' : 'plain';
}

export function writeDetail(part: ReasoningPart, place: Writing): JsonObject {
  reportUnsaid(part, ['cacheBreakpoint'], place);
  if (part.encrypted !== undefined) {
    reportUnsaid(part, ['text', 'signature'], place);
    return encryptedShape.encode({ ...part, encrypted: part.encrypted }, place);
  }
  if (part.summary === true) {
    reportUnsaid(part, ['signature'], place);
    return summaryShape.encode({ ...part, text: part.text ?? '' }, place);
  }
  return detailShape.encode(part, place);
}

/** Mistral's thinking within the content: https://docs.mistral.ai/capabilities/reasoning. Undefined if it is of another form. */
export function readThinking(wire: JsonObject, place: Reading): ReasoningPart | undefined {
  const read = thinkingShape.decode(wire, place);
  return read.text === undefined ? undefined : marked({ type: 'reasoning', ...read } as const, 'field', 'content');
}

export function writeThinking(part: ReasoningPart, place: Writing): JsonObject {
  reportUnsaid(part, ['cacheBreakpoint', 'summary', 'encrypted', 'id'], place);
  return thinkingShape.encode(part, place);
}

/** Where a member of a thought within the content stands in its element. */
export function thinkingMember(part: ReasoningPart, member: string): string | undefined {
  return member === 'text' && spelled(part, 'text') !== 'text' ? 'thinking[0].text' : thinkingShape.where(part, member);
}

/** Where a member of a thought stands within its element of `reasoning_details`. */
export function detailMember(part: ReasoningPart, member: string): string | undefined {
  if (part.encrypted !== undefined) return encryptedShape.where({ ...part, encrypted: part.encrypted }, member);
  if (part.summary === true) return summaryShape.where({ ...part, text: part.text ?? '' }, member);
  return detailShape.where(part, member);
}

export const usualPlain = 'reasoning_content';
const plainMembers: readonly string[] = [usualPlain, 'reasoning'];
const reasoningMembers: readonly string[] = [...plainMembers, 'reasoning_details'];

function isDetailed(part: ReasoningPart): boolean {
  return part.summary === true || (part.encrypted ?? part.signature ?? part.id) !== undefined;
}

function readDetail(found: Json, place: Reading): ReasoningPart | Opaque {
  const part = isJsonObject(found) ? detailOf(found, place) : undefined;
  if (part === undefined) return opaque(found, 'reasoning_details');
  return isDetailed(part) ? part : marked(part, 'field', 'reasoning_details');
}

function detailOf(found: JsonObject, place: Reading): ReasoningPart | undefined {
  if (found['type'] === 'reasoning.text') return { type: 'reasoning', ...detailShape.decode(found, place) };
  if (found['type'] === 'reasoning.summary' && typeof found['summary'] === 'string') {
    return { type: 'reasoning', summary: true, ...summaryShape.decode(found, place) };
  }
  if (found['type'] === 'reasoning.encrypted' && typeof found['data'] === 'string') {
    return { type: 'reasoning', ...encryptedShape.decode(found, place) };
  }
  return undefined;
}

const numbering = ['index'];

const detailShape = shape<Pick<ReasoningPart, 'text' | 'signature' | 'id'>>(
  { text: text('text'), signature: text('signature'), id: text('id') },
  { type: 'reasoning.text' },
  numbering,
);

const summaryShape = shape<{ readonly text: string } & Pick<ReasoningPart, 'id'>>(
  { text: required(text('summary')), id: text('id') },
  { type: 'reasoning.summary' },
  numbering,
);

const encryptedShape = shape<{ readonly encrypted: string } & Pick<ReasoningPart, 'id'>>(
  { encrypted: required(text('data')), id: text('id') },
  { type: 'reasoning.encrypted' },
  numbering,
);

const thought: Field<string> = {
  path: 'thinking',
  expected: 'an array of objects',
  read(found) {
    if (typeof found === 'string') return { value: found, spelled: 'text' };
    const only = Array.isArray(found) && found.length === 1 ? found[0] : undefined;
    if (!isJsonObject(only) || only['type'] !== 'text' || typeof only['text'] !== 'string') return undefined;
    return Object.keys(only).length === 2 ? { value: only['text'] } : undefined;
  },
  write: (value, _place, word) => (word === 'text' ? value : [{ type: 'text', text: value }]),
};

const thinkingShape = shape<Pick<ReasoningPart, 'text' | 'signature'>>(
  { text: thought, signature: text('signature') },
  { type: 'thinking' },
);
