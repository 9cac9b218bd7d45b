import fc, { type Arbitrary } from 'fast-check';
import type { Carried, Opaque } from '../../src/core/carried.ts';
import type {
  ChatRequest,
  ChatResponse,
  Choice,
  Finish,
  Logprobs,
  OutputFormat,
  TokenLogprob,
} from '../../src/core/chat.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Citation, Message, Part, RoleMessage, Source } from '../../src/core/message.ts';
import type { Tool, ToolChoice } from '../../src/core/tool.ts';
import { finishOf } from '../../src/dialects/openai-chat/finish.ts';
import { reported } from '../../src/dialects/openai-chat/reported-usage.ts';
import { apart } from '../../src/dialects/openai-chat/turns.ts';

/**
 * Canonical values that openai-chat can say: each in the form that its decoder would give it, so that decoding what was encoded
 * must give back the same.
 */
export function chatRequests(): Arbitrary<ChatRequest> {
  return record<ChatRequest>(
    { messages: fc.array(message, { maxLength: 6 }).map(apart) },
    {
      model: word,
      tools: fc.array(tool, { minLength: 1, maxLength: 4 }),
      toolChoice,
      parallelToolCalls: fc.boolean(),
      output,
      choices: fc.integer({ min: 1, max: 9 }),
      stop: fc.array(fc.string(), { maxLength: 4 }),
      temperature: number,
      topP: number,
      topK: fc.nat(),
      frequencyPenalty: number,
      presencePenalty: number,
      seed: fc.maxSafeInteger(),
      logprobs: fc.boolean(),
      topLogprobs: fc.nat(20),
      reasoning: fc.record({ effort: word }),
      modalities: fc.array(word, { maxLength: 2 }),
      serviceTier: word,
      metadata: fc.dictionary(fc.string(), fc.string()),
      stream: fc.boolean(),
      extras,
    },
  ).chain((request) =>
    fc
      .record({ limit: fc.nat(), old: fc.boolean(), user: fc.string(), safe: fc.boolean(), has: fc.boolean() })
      .map((one) => {
        if (!one.has) return request;
        const marks = {
          ...(one.old && { maxOutputTokens: 'max_tokens' }),
          ...(one.safe && { endUser: 'safety_identifier' }),
        };
        const spelled = { ...request, maxOutputTokens: one.limit, endUser: one.user };
        return Object.keys(marks).length === 0 ? spelled : { ...spelled, spelling: { 'openai-chat': marks } };
      }),
  );
}

export function chatResponses(): Arbitrary<ChatResponse> {
  return record<ChatResponse>(
    { choices: fc.array(choice, { maxLength: 3 }) },
    { id: fc.string(), model: word, createdAt: moment, serviceTier: tier, usage, extras },
  ).map((one) =>
    noted(
      one,
      (['id', 'model', 'createdAt'] as const).flatMap((name) => (one[name] === undefined ? [[name, 'absent']] : [])),
    ),
  );
}

/** Chunks as vendors might send them, and as nobody does yet. */
export function streamChunks(): Arbitrary<readonly JsonObject[]> {
  const chunk = some({
    id: fc.constantFrom('c1', 'c2'),
    object: fc.constantFrom('chat.completion.chunk', ''),
    created: fc.constantFrom(1790000000, 1790000001, 1.5),
    model: fc.constantFrom('m', null),
    choices: fc.array(chunkChoice, { maxLength: 2 }).map((all) => all.map((one, index) => ({ ...one, index }))),
    usage: fc.constantFrom(null, { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }),
    x_obfuscation: fc.string(),
    x_groq: fc.oneof(
      json,
      some({ id: fc.string(), usage: fc.constantFrom<Json>(null, 7, { prompt_tokens: 1 }), x: json }),
    ),
    obfuscation: fc.constantFrom<Json>('a', 'ab', 1.5, null),
    system_fingerprint: fc.constantFrom<Json>('fp', 'fq', null),
  });
  return fc.array(chunk, { maxLength: 12 });
}

const number: Arbitrary<number> = fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0);
const moment: Arbitrary<number> = fc.nat().map((seconds) => seconds * 1000);
const word: Arbitrary<string> = fc.constantFrom('auto', 'low', 'gpt-5', 'flex', 'text', 'ü', '');
const tier: Arbitrary<string> = word.filter((one) => one !== '');
/** An empty one would be none. */
const filled: Arbitrary<string> = fc.string({ minLength: 1 });
const json: Arbitrary<Json> = fc.json({ maxDepth: 3 }).map((text): Json => JSON.parse(text));
const members: Arbitrary<JsonObject> = fc
  .dictionary(fc.string(), json, { minKeys: 1, maxKeys: 3 })
  .map((all) =>
    JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(all).map(([name, value]) => [`x_${name}`, value])))),
  );
const extras = members.map((one) => ({ 'openai-chat': one }));
const base64 = fc.base64String({ minLength: 4, maxLength: 40 });

/** A value with some of its optional members. */
function record<T extends object>(
  always: { readonly [Member in keyof T]?: Arbitrary<Exclude<T[Member], undefined>> },
  sometimes: { readonly [Member in keyof T]?: Arbitrary<Exclude<T[Member], undefined>> },
): Arbitrary<T> {
  const model: Record<string, Arbitrary<unknown>> = { ...always, ...sometimes };
  return fc.record(model, { requiredKeys: Object.keys(always) }).map((made): T => plainly<T>(made));
}

/** An object with some of these members. */
function some(model: Record<string, Arbitrary<Json>>): Arbitrary<JsonObject> {
  return fc.record(model, { requiredKeys: [] }).map((made) => plainly<JsonObject>(made));
}

/** The arbitrary's objects have no prototype; ours do. */
function plainly<T>(made: object): T {
  return { ...made } as T;
}

const hosted: Arbitrary<Opaque> = members.map((wire) => ({
  type: 'opaque',
  dialect: 'openai-chat',
  wire: { ...wire, type: 'x_unknown' },
}));

const url: Arbitrary<Source> = fc.webUrl().map((one) => ({ kind: 'url', url: one }));
const image: Arbitrary<Source> = fc
  .record({ mediaType: fc.constantFrom('image/png', 'image/webp'), base64 })
  .map((one) => ({ kind: 'base64', ...one }));
const bytes: Arbitrary<Source> = fc.oneof(
  base64.map((one): Source => ({ kind: 'base64', base64: one })),
  base64.map((one): Source => ({ kind: 'base64', mediaType: 'application/pdf', base64: one })),
  fc.string().map((id): Source => ({ kind: 'file', id })),
);
const sound: Arbitrary<Source> = base64.map((one) => ({ kind: 'base64', mediaType: 'audio/wav', base64: one }));

const cacheBreakpoint = fc.constantFrom({}, { ttl: '5m' });
const text = (name: string): Arbitrary<string> => fc.string().map((one) => `${name}:${one}`);
type Of<Type extends Part['type']> = Extract<Part, { readonly type: Type }>;
const just = <Type extends string>(type: Type): Arbitrary<Type> => fc.constant(type);

const textPart = record<Of<'text'>>({ type: just('text'), text: fc.string() }, { cacheBreakpoint, extras });
const contentPart: Arbitrary<Part> = fc.oneof(
  textPart,
  record<Of<'image'>>({ type: just('image'), source: fc.oneof(url, image) }, { detail: word, cacheBreakpoint, extras }),
  record<Of<'file'>>({ type: just('file'), source: bytes }, { name: fc.string(), cacheBreakpoint, extras }).map(
    (one) => (one.name === undefined && one.source.kind === 'base64' ? mark(one, 'name', 'absent') : one),
  ),
  record<Of<'audio'>>({ type: just('audio'), source: sound }, { cacheBreakpoint, extras }),
  record<Of<'refusal'>>({ type: just('refusal'), text: fc.string() }, { extras }).map((one) =>
    mark(one, 'field', 'content'),
  ),
  hosted,
);
const spoken: Arbitrary<Part> = fc.oneof(
  textPart,
  record<Of<'reasoning'>>({ type: just('reasoning'), text: fc.string() }, { signature: fc.string(), extras }).map(
    (one) => mark(one, 'field', 'content'),
  ),
);

function mark<T extends Carried>(value: T, member: string, spelled: string): T {
  return { ...value, spelling: { 'openai-chat': { ...value.spelling?.['openai-chat'], [member]: spelled } } };
}

/** OpenAI itself has no cache breakpoint there, so it is noted where it stood. */
function vendors<T extends Carried & { readonly cacheBreakpoint?: unknown }>(value: T): T {
  return value.cacheBreakpoint === undefined ? value : mark(value, 'cacheBreakpoint', 'cache_control');
}

/** A content has a note if it is an array. */
function contentMark(parts: readonly Part[], asList: boolean): readonly [string, string][] {
  const [only] = parts;
  const isPlain =
    parts.length === 1 &&
    only?.type === 'text' &&
    Object.keys(only).every((name) => name === 'type' || name === 'text' || name === 'citations');
  return isPlain && !asList ? [] : [['parts', 'list']];
}

const said: Arbitrary<RoleMessage> = fc
  .record({
    role: fc.constantFrom('system' as const, 'developer' as const, 'user' as const),
    parts: fc.array(contentPart, { maxLength: 4 }),
    asList: fc.boolean(),
    carried: fc.option(extras, { nil: undefined }),
  })
  .map(({ role, parts, asList, carried }) =>
    noted({ type: 'message', role, parts, ...(carried && { extras: carried }) }, contentMark(parts, asList)),
  );

function noted<T extends Carried>(value: T, marks: readonly (readonly [string, string])[]): T {
  return marks.reduce((one, [member, spelled]) => mark(one, member, spelled), value);
}

const result: Arbitrary<RoleMessage> = fc
  .record({
    part: record<Of<'tool-result'>>(
      { type: just('tool-result'), callId: fc.string(), parts: fc.array(contentPart, { maxLength: 3 }) },
      { name: fc.string(), extras },
    ),
    asList: fc.boolean(),
  })
  .map(({ part, asList }) => ({
    type: 'message',
    role: 'tool',
    parts: [noted(part, contentMark(part.parts, asList))],
  }));

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

const assistant: Arbitrary<RoleMessage> = fc
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

const message: Arbitrary<Message> = fc.oneof(
  said,
  result,
  assistant,
  members.map((wire): Message => ({ type: 'opaque', dialect: 'openai-chat', wire: { ...wire, role: 'x_critic' } })),
);

type ToolOf<Type extends Tool['type']> = Extract<Tool, { readonly type: Type }>;
const tool: Arbitrary<Tool> = fc.oneof(
  record<ToolOf<'function'>>(
    { type: just('function'), name: fc.string() },
    { description: fc.string(), schema: members, strict: fc.boolean(), cacheBreakpoint, extras },
  ).map(vendors),
  record<ToolOf<'custom'>>(
    { type: just('custom'), name: fc.string() },
    {
      description: fc.string(),
      grammar: fc
        .record({ syntax: fc.constantFrom('lark', 'regex'), definition: fc.string() })
        .map((one) => ({ ...one })),
      cacheBreakpoint,
      extras,
    },
  ).map(vendors),
  hosted,
);

const named = fc
  .record({ type: fc.constantFrom('function' as const, 'custom' as const), name: fc.string() })
  .map((one) => ({ ...one }));
const toolChoice: Arbitrary<ToolChoice> = fc.oneof(
  fc.constantFrom<ToolChoice>({ type: 'auto' }, { type: 'none' }, { type: 'required' }),
  fc.constant(mark<ToolChoice>({ type: 'required' }, 'type', 'any')),
  named.map((one): ToolChoice => ({ type: 'named', tool: one })),
  fc
    .record({ required: fc.boolean(), tools: fc.array(named, { maxLength: 3 }) })
    .map((one): ToolChoice => ({ type: 'allowed', ...one })),
  hosted,
);

type Schema = Extract<OutputFormat, { readonly type: 'json-schema' }>;
const output: Arbitrary<OutputFormat> = fc.oneof(
  record<Extract<OutputFormat, { readonly type: 'text' }>>({ type: just('text') }, { extras }),
  record<Extract<OutputFormat, { readonly type: 'json' }>>({ type: just('json') }, { extras }),
  record<Schema>(
    { type: just('json-schema'), name: fc.string() },
    { description: fc.string(), schema: members, strict: fc.boolean(), extras },
  ),
  hosted,
);

const finish: Arbitrary<Finish> = fc
  .constantFrom('stop', 'length', 'tool_calls', 'content_filter', 'error', 'x_tide')
  .map(finishOf);
const usage = fc
  .record({ prompt: fc.nat(), completion: fc.nat() })
  .map(({ prompt, completion }) =>
    reported({ prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }),
  );
const token: Arbitrary<TokenLogprob> = record<TokenLogprob>(
  { token: fc.string(), logprob: number },
  { bytes: fc.array(fc.nat(255), { maxLength: 4 }), extras },
);
const logprobs: Arbitrary<Logprobs> = record<Logprobs>(
  {
    content: fc.array(
      fc.tuple(token, fc.array(token, { maxLength: 2 })).map(([one, top]) => ({ ...one, top })),
      { maxLength: 3 },
    ),
  },
  { refusal: fc.array(token, { maxLength: 2 }), extras },
);
const choice: Arbitrary<Choice> = record<Choice>(
  { index: fc.nat(8), message: assistant },
  { finish, logprobs, extras },
);

const toolItem = some({
  index: fc.constantFrom(0, 1, 2, null),
  id: fc.constantFrom('call_a', 'call_b', '', null),
  type: fc.constantFrom('function', null, 'x_plugin'),
  function: some({
    name: fc.constantFrom('f', '', null),
    arguments: fc.constantFrom('{}', '', 'x', null, { a: 1 }),
    x_more: json,
  }),
  x_item: json,
});
const contentItem: Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>({ type: 'text', text: 'a' }, { type: 'thinking', thinking: [] }, { type: 'text' }, 7),
  fc.constant<Json>({ type: 'thinking', thinking: [{ type: 'text', text: 'b' }], closed: true }),
);
const reasoningItem: Arbitrary<Json> = fc.constantFrom<Json>(
  { type: 'reasoning.text', text: 'r', index: 0 },
  { type: 'reasoning.text', text: 'r', index: 'x' },
  { type: 'reasoning.summary', summary: 'r', index: null },
  { type: 'reasoning.text', text: '', signature: 's' },
  { type: 'reasoning.encrypted', data: 'e' },
  { type: 'x_reasoning' },
);
const delta = some({
  role: fc.constantFrom('assistant', null, ''),
  content: fc.oneof(fc.constantFrom<Json>('', 'a', '🌉', null), fc.array(contentItem, { maxLength: 2 })),
  refusal: fc.constantFrom('no', '', null),
  reasoning: fc.constantFrom('r', '', null),
  reasoning_content: fc.constantFrom('r', 'q', null),
  reasoning_details: fc.array(reasoningItem, { maxLength: 2 }),
  tool_calls: fc.oneof(fc.constant(null), fc.array(toolItem, { maxLength: 3 })),
  audio: fc.constantFrom<Json>(null, { id: 'a' }, { data: 'AAAA', transcript: 't', x: 1 }),
  annotations: fc.constantFrom<Json>(
    [],
    [{ type: 'url_citation', url_citation: { url: 'https://a.example' } }],
    [{ x: 1 }],
  ),
  function_call: fc.constant(null),
  x_delta: json,
});
const chunkChoice = some({
  delta: fc.oneof(delta, fc.constant(null)),
  finish_reason: fc.constantFrom('stop', 'x_tide', '', null),
  logprobs: fc.constantFrom<Json>(null, { content: [], refusal: null }, { content: [{ token: 'a', logprob: -1 }] }),
  x_choice: json,
});
