import fc, { type Arbitrary } from 'fast-check';
import type { ChatRequest, OutputFormat } from '../../src/core/chat.ts';
import type { Message, Part, RoleMessage, Source } from '../../src/core/message.ts';
import type { Tool, ToolChoice } from '../../src/core/tool.ts';
import { apart } from '../../src/dialects/openai-chat/turns.ts';
import {
  assistant,
  base64,
  cacheBreakpoint,
  contentMark,
  extras,
  hosted,
  just,
  mark,
  members,
  noted,
  number,
  type Of,
  record,
  textPart,
  vendors,
  word,
} from './chat-part-values.ts';

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
