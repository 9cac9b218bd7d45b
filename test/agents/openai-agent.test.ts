import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI from 'openai-7';
import type { JsonObject } from '../../src/core/json.ts';
import { compareFacts } from '../conformance/facts/compare.ts';
import type { FactKind } from '../conformance/facts/fact.ts';
import { wires } from '../conformance/wires.ts';
import { openVendors, type Vendors } from '../sdk/vendors.ts';

/** An agent as they are written for OpenAI's chat completions (Codex, Aider, Cline …): many tools, calls in parallel, streams. */
let vendors: Vendors;
beforeAll(async () => {
  vendors = await openVendors();
});
afterAll(() => vendors.close());

const string = { type: 'string' } as const;
const shapes: Readonly<Record<string, JsonObject>> = {
  shell: { command: { type: 'array', items: string }, workdir: string, timeout_ms: { type: 'number' } },
  apply_patch: { input: { ...string, description: 'The whole patch.' } },
  update_plan: {
    explanation: string,
    plan: {
      type: 'array',
      items: { type: 'object', properties: { step: string, status: { ...string, enum: ['pending', 'done'] } } },
    },
  },
  view_image: { path: string },
  read_file: { path: string, line: { type: 'integer' } },
  list_dir: { path: string, depth: { type: 'integer' } },
  grep_files: { pattern: string, include: string },
  web_search: { query: string },
};
const tools = Object.entries(shapes).map(([name, properties]) => ({
  type: 'function',
  function: {
    name,
    description: `${name}, explained at length. ${'It has rules. '.repeat(20)}`,
    strict: false,
    parameters: {
      type: 'object',
      properties,
      required: [Object.keys(properties)[0] ?? ''],
      additionalProperties: false,
    },
  },
}));

const rounds = 10;
/** What Claude cannot be told, each on the table of losses. */
const mayBeLost: readonly FactKind[] = ['member', 'seed'];

describe.each([
  ['claude/claude-haiku-4-5', wires['anthropic-messages']],
  ['claude/claude-opus-4-7', wires['anthropic-messages']],
  ['gpt/gpt-5', wires['openai-chat']],
] as const)('on %s', (model, to) => {
  test(`${rounds} rounds of tools with reasoning, two calls at once, until the work is done`, async () => {
    const client = new OpenAI({
      baseURL: `${vendors.trestle.url}/v1`,
      apiKey: vendors.trestle.clientKey,
      maxRetries: 0,
    });
    const messages: JsonObject[] = [
      { role: 'developer', content: `You are a coding agent.\n${'Follow the rules.\n'.repeat(50)}` },
      { role: 'user', content: '<environment>cwd: /src</environment>' },
      { role: 'user', content: `Fix the build. rounds=${rounds}` },
    ];
    vendors.asked();
    let finish = 'tool_calls';
    let turns = 0;
    for (; finish === 'tool_calls'; turns += 1) {
      const asked = {
        model,
        messages,
        tools,
        tool_choice: 'auto',
        parallel_tool_calls: true,
        reasoning_effort: 'high',
        store: false,
        prompt_cache_key: 'session-1',
        stream_options: { include_usage: true },
      };
      const said = await client.chat.completions.stream(asked as never).finalChatCompletion();
      const [choice] = said.choices;
      if (choice === undefined) throw new Error('nothing was said');
      expect(said.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0);
      const [request, ...others] = vendors.asked();
      expect([others, request?.refused]).toEqual([[], undefined]);
      const source = wires['openai-chat'].requestFacts(withoutSeals({ ...asked, stream: true }));
      const { missing } = compareFacts(source, to.requestFacts(request?.json ?? {}));
      expect(missing.filter(({ kind }) => !mayBeLost.includes(kind))).toEqual([]);
      finish = choice.finish_reason;
      const calls = choice.message.tool_calls ?? [];
      // Such clients keep what they know of, and nothing else.
      const kept = calls.map(({ id, ...call }) => ({
        id,
        type: 'function',
        function: call.type === 'function' ? { name: call.function.name, arguments: call.function.arguments } : {},
      }));
      messages.push({
        role: 'assistant',
        content: choice.message.content,
        ...(kept.length > 0 && { tool_calls: kept }),
      });
      for (const [index, { id }] of calls.entries()) {
        messages.push({ role: 'tool', tool_call_id: id, content: `Exit code: ${index}\nOutput:\nfine` });
      }
      expect(turns).toBeLessThanOrEqual(rounds);
    }
    expect([finish, turns]).toEqual(['stop', rounds + 1]);
  });
});

/** As the facts of a conversation are the same whatever its calls are named. */
function withoutSeals(asked: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(asked).replaceAll(/~tr1~[\w-]+/g, ''));
}
