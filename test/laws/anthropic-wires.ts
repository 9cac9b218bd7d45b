import fc, { type Arbitrary } from 'fast-check';
import type { Json, JsonObject } from '../../src/core/json.ts';

/** Requests of anthropic-messages as clients might send them, and as nobody does yet. */
export function messagesRequests(): Arbitrary<JsonObject> {
  return object(
    { messages: fc.array(turn, { maxLength: 7 }) },
    {
      model: word,
      max_tokens: fc.constantFrom<Json>(1, 4096, null),
      system: fc.oneof(fc.constant(null), text, fc.array(instruction, { maxLength: 3 })),
      tools: fc.array(tool, { maxLength: 4 }),
      tool_choice: choice,
      thinking,
      output_config: output,
      output_format: fc.constantFrom<Json>({ type: 'json_schema', schema: {} }, { type: 'x_form' }),
      metadata: some({ user_id: fc.oneof(text, fc.constant(null)), x_team: json }),
      stop_sequences: fc.array(text, { maxLength: 3 }),
      service_tier: fc.constantFrom('auto', 'standard_only', 'default', 'x_best', null),
      temperature: number,
      top_p: number,
      top_k: fc.nat(),
      stream: fc.boolean(),
      container: json,
      x_top: json,
    },
  );
}

const text: Arbitrary<string> = fc.oneof(fc.string(), fc.constantFrom('', ' ', '\n', '🌉', '\u00e9'));
const word: Arbitrary<string> = fc.constantFrom('claude-opus-5', 'ü', '');
const id: Arbitrary<string> = fc.oneof(fc.constantFrom('toolu_01', 'call.1:a', ''), fc.string());
const number: Arbitrary<number> = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1, max: 3 })
  .map((one) => one + 0);
const json: Arbitrary<Json> = fc.json({ maxDepth: 3 }).map((one): Json => JSON.parse(one));
const members: Arbitrary<JsonObject> = fc
  .dictionary(fc.string(), json, { maxKeys: 3 })
  .map((all) => JSON.parse(JSON.stringify(all)));
const base64 = fc.base64String({ maxLength: 40 });

/** An object with some of these members. */
function some(sometimes: Record<string, Arbitrary<Json>>): Arbitrary<JsonObject> {
  return object({}, sometimes);
}

function object(
  always: Record<string, Arbitrary<Json>>,
  sometimes: Record<string, Arbitrary<Json>>,
): Arbitrary<JsonObject> {
  const made = fc.record({ ...always, ...sometimes }, { requiredKeys: Object.keys(always) });
  // The arbitrary's objects have no prototype; those of JSON have one.
  return made.map((one): JsonObject => ({ ...one }));
}

function typed(
  type: string,
  always: Record<string, Arbitrary<Json>>,
  sometimes: Record<string, Arbitrary<Json>> = {},
): Arbitrary<JsonObject> {
  return object({ type: fc.constant(type), ...always }, { cache_control: cache, x_more: json, ...sometimes });
}

const cache: Arbitrary<Json> = fc.constantFrom<Json>(
  { type: 'ephemeral' },
  { type: 'ephemeral', ttl: '1h' },
  { type: 'ephemeral', ttl: '5m', x_scope: 1 },
  { type: 'x_lasting' },
  null,
);

const mediaType = fc.constantFrom<Json>(
  'image/png',
  'image/jpg',
  'application/pdf',
  'text/plain',
  'text/csv',
  'x/y',
  null,
);
const source: Arbitrary<Json> = fc.oneof(
  object({ type: fc.constant('base64'), data: base64 }, { media_type: mediaType, x_more: json }),
  object({ type: fc.constant('text'), data: text }, { media_type: mediaType, x_more: json }),
  object({ type: fc.constant('url'), url: text }, { x_more: json }),
  object({ type: fc.constant('file'), file_id: text }, { x_more: json }),
  object({ type: fc.constantFrom('content', 'x_cloud') }, { content: json }),
);

const citation: Arbitrary<Json> = fc.oneof(
  object(
    { type: fc.constant('web_search_result_location'), url: text },
    { title: fc.oneof(text, fc.constant(null)), cited_text: text, encrypted_index: text },
  ),
  object({ type: fc.constant('char_location') }, { cited_text: text, start_char_index: fc.nat() }),
);

const textBlock = typed(
  'text',
  { text },
  { citations: fc.oneof(fc.constant(null), fc.array(citation, { maxLength: 2 })) },
);
const unknownBlock = typed('x_hologram', {}, { light: json });
const media = fc.oneof(
  typed('image', { source }, { transformations: json }),
  typed('document', { source }, { title: fc.oneof(text, fc.constant(null)), context: text, citations: json }),
);

const resultContent = fc.oneof(text, fc.array(fc.oneof(textBlock, media, unknownBlock), { maxLength: 3 }));
const result = typed('tool_result', { tool_use_id: id }, { content: resultContent, is_error: fc.boolean() });
const block: Arbitrary<Json> = fc.oneof(
  textBlock,
  media,
  result,
  unknownBlock,
  typed('tool_use', { id, name: text, input: members }, { caller: json }),
  typed('thinking', { thinking: text }, { signature: text }),
  typed('redacted_thinking', { data: text }),
  typed('server_tool_use', { id, name: text, input: json }),
);

const instruction = fc.oneof(textBlock, typed('tool_addition', { tool: json }), typed('image', { source }));

function said(role: string, one: Arbitrary<Json>): Arbitrary<JsonObject> {
  const content = fc.oneof(text, fc.array(one, { maxLength: 4 }));
  return object({ role: fc.constant(role), content }, { x_turn: json });
}

const turn: Arbitrary<JsonObject> = fc.oneof(
  said('user', block),
  said('user', fc.oneof(result, textBlock)),
  said('assistant', block),
  said('system', instruction),
  object({ role: fc.constant('x_critic') }, { content: json }),
);

const schema = fc.oneof(
  fc.constantFrom<Json>({ type: 'object' }, {}, null),
  members.map((one): Json => ({ type: 'object', ...one })),
);
const tool: Arbitrary<Json> = fc.oneof(
  object(
    { name: text },
    {
      type: fc.constantFrom<Json>('custom', null),
      description: text,
      input_schema: schema,
      strict: fc.boolean(),
      cache_control: cache,
      defer_loading: fc.boolean(),
    },
  ),
  typed('web_search_20250305', { name: text }, { max_uses: fc.nat() }),
);

const choice: Arbitrary<Json> = fc.oneof(
  object(
    { type: fc.constantFrom('auto', 'any', 'none', 'x_some') },
    { disable_parallel_tool_use: fc.boolean(), x_more: json },
  ),
  object({ type: fc.constant('tool'), name: text }, { disable_parallel_tool_use: fc.boolean() }),
);

const thinking = some({
  type: fc.constantFrom('enabled', 'adaptive', 'between_tools', 'disabled', null),
  budget_tokens: fc.constantFrom<Json>(1024, 20_000, null),
  display: fc.constantFrom<Json>('summarized', 'omitted', 'x_whispered', null),
  x_more: json,
});

const output = some({
  effort: fc.constantFrom<Json>('low', 'max', 'none', 'minimal', null),
  format: fc.oneof(
    object({ type: fc.constant('json_schema'), schema: members }, { x_more: json }),
    fc.constantFrom<Json>({ type: 'x_form', form: 1 }, null),
  ),
  x_more: json,
});
