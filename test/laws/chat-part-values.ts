import fc, { type Arbitrary } from 'fast-check';
import type { Carried, Opaque } from '../../src/core/carried.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Citation, Part, RoleMessage, Source } from '../../src/core/message.ts';
import { json, plainly } from './json-values.ts';

export const number: Arbitrary<number> = fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0);

export const moment: Arbitrary<number> = fc.nat().map((seconds) => seconds * 1000);

export const word: Arbitrary<string> = fc.constantFrom('auto', 'low', 'gpt-5', 'flex', 'text', 'ü', '');

/** An empty one would be none. */
const filled: Arbitrary<string> = fc.string({ minLength: 1 });

export const members: Arbitrary<JsonObject> = fc
  .dictionary(fc.string(), json, { minKeys: 1, maxKeys: 3 })
  .map((all) =>
    JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(all).map(([name, value]) => [`x_${name}`, value])))),
  );

export const extras = members.map((one) => ({ 'openai-chat': one }));

export const base64 = fc.base64String({ minLength: 4, maxLength: 40 });

/** A value with some of its optional members. */
export function record<T extends object>(
  always: { readonly [Member in keyof T]?: Arbitrary<Exclude<T[Member], undefined>> },
  sometimes: { readonly [Member in keyof T]?: Arbitrary<Exclude<T[Member], undefined>> },
): Arbitrary<T> {
  const model: Record<string, Arbitrary<unknown>> = { ...always, ...sometimes };
  return fc.record(model, { requiredKeys: Object.keys(always) }).map((made): T => plainly<T>(made));
}

export const hosted: Arbitrary<Opaque> = members.map((wire) => ({
  type: 'opaque',
  dialect: 'openai-chat',
  wire: { ...wire, type: 'x_unknown' },
}));

export const cacheBreakpoint = fc.constantFrom({}, { ttl: '5m' });

const text = (name: string): Arbitrary<string> => fc.string().map((one) => `${name}:${one}`);

export type Of<Type extends Part['type']> = Extract<Part, { readonly type: Type }>;

export const just = <Type extends string>(type: Type): Arbitrary<Type> => fc.constant(type);

export const textPart = record<Of<'text'>>({ type: just('text'), text: fc.string() }, { cacheBreakpoint, extras });

const spoken: Arbitrary<Part> = fc.oneof(
  textPart,
  record<Of<'reasoning'>>({ type: just('reasoning'), text: fc.string() }, { signature: fc.string(), extras }).map(
    (one) => mark(one, 'field', 'content'),
  ),
);

export function mark<T extends Carried>(value: T, member: string, spelled: string): T {
  return { ...value, spelling: { 'openai-chat': { ...value.spelling?.['openai-chat'], [member]: spelled } } };
}

/** OpenAI itself has no cache breakpoint there, so it is noted where it stood. */
export function vendors<T extends Carried & { readonly cacheBreakpoint?: unknown }>(value: T): T {
  return value.cacheBreakpoint === undefined ? value : mark(value, 'cacheBreakpoint', 'cache_control');
}

/** A content has a note if it is an array. */
export function contentMark(parts: readonly Part[], asList: boolean): readonly [string, string][] {
  const [only] = parts;
  const isPlain =
    parts.length === 1 &&
    only?.type === 'text' &&
    Object.keys(only).every((name) => name === 'type' || name === 'text' || name === 'citations');
  return isPlain && !asList ? [] : [['parts', 'list']];
}

export function noted<T extends Carried>(value: T, marks: readonly (readonly [string, string])[]): T {
  return marks.reduce((one, [member, spelled]) => mark(one, member, spelled), value);
}

const detail: Arbitrary<Part> = fc.oneof(
  record<Of<'reasoning'>>(
    { type: just('reasoning'), text: text('detail'), signature: fc.string() },
    { id: fc.string(), extras },
  ),
  record<Of<'reasoning'>>({ type: just('reasoning'), text: text('detail') }, { extras }).map((one) =>
    mark(one, 'field', 'reasoning_details'),
  ),
  record<Of<'reasoning'>>(
    { type: just('reasoning'), summary: fc.constant(true), text: text('detail') },
    { id: fc.string(), extras },
  ),
  record<Of<'reasoning'>>({ type: just('reasoning'), encrypted: fc.string() }, { id: fc.string(), extras }),
  hosted.map((one) => mark(one, 'field', 'reasoning_details')),
);

const call: Arbitrary<Part> = fc.oneof(
  record<Of<'tool-call'>>(
    { type: just('tool-call'), id: fc.string(), name: fc.string(), arguments: fc.oneof(fc.string(), fc.json()) },
    { signature: fc.string(), cacheBreakpoint, extras },
  ).map(vendors),
  record<Of<'custom-call'>>(
    { type: just('custom-call'), id: fc.string(), name: fc.string(), input: fc.string() },
    { extras },
  ),
  hosted.map((one) => mark(one, 'field', 'tool_calls')),
);

const citation: Arbitrary<Citation | Opaque> = fc.oneof(
  record<Citation>(
    { type: just('citation'), url: fc.webUrl() },
    { title: fc.string(), start: fc.nat(), end: fc.nat(), extras },
  ),
  hosted,
);

const audio: Arbitrary<Part> = fc.oneof(
  filled.map((id): Part => ({ type: 'audio', source: { kind: 'file', id } })),
  record<Of<'audio'>>(
    { type: just('audio'), source: base64.map((one): Source => ({ kind: 'base64', base64: one })) },
    { id: fc.string(), transcript: fc.string(), expiresAt: moment, extras },
  ),
);

export const assistant: Arbitrary<RoleMessage> = fc
  .record({
    plain: fc.array(
      text('plain').map((one): Part => ({ type: 'reasoning', text: one })),
      { maxLength: 1 },
    ),
    plainName: fc.constantFrom('reasoning_content', 'reasoning', 'reasoning_content+reasoning'),
    details: fc.array(detail, { maxLength: 3 }),
    content: fc.array(fc.oneof(spoken, hosted), { maxLength: 3 }),
    citations: fc.array(citation, { minLength: 1, maxLength: 2 }),
    asList: fc.boolean(),
    refusal: fc.array(
      filled.map((one): Part => ({ type: 'refusal', text: one })),
      { maxLength: 1 },
    ),
    audio: fc.array(audio, { maxLength: 1 }),
    calls: fc.array(call, { maxLength: 3 }),
    carried: fc.option(extras, { nil: undefined }),
  })
  .map(({ plain, plainName, details, content, citations, asList, refusal, audio: sounds, calls, carried }) => {
    const texts = content.filter((part) => part.type === 'text');
    const cited = content.map((part) =>
      part.type === 'text' && texts.length === 1 && asList ? { ...part, citations } : part,
    );
    const value: RoleMessage = {
      type: 'message',
      role: 'assistant',
      parts: [...plain, ...details, ...cited, ...refusal, ...sounds, ...calls],
      ...(carried && { extras: carried }),
    };
    const isEmpty = value.parts.length === 0;
    const silent: readonly (readonly [string, string])[] =
      content.length > 0
        ? contentMark(cited, !asList).map(([, word]) => ['content', word])
        : asList || isEmpty
          ? [['content', asList ? 'absent' : 'null']]
          : [];
    const named = plain.length === 0 || plainName === 'reasoning_content' ? [] : [['reasoning', plainName] as const];
    return noted(value, [...silent, ...named]);
  });
