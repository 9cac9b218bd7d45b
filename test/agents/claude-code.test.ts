import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { anthropicRequestFacts } from '../conformance/facts/anthropic-request.ts';
import { compareFacts } from '../conformance/facts/compare.ts';
import type { FactKind } from '../conformance/facts/fact.ts';
import { framesIn, wires } from '../conformance/wires.ts';
import { openVendors, png, type Vendors } from '../sdk/vendors.ts';
import { claudeCodeHeaders, claudeCodeProbe, claudeCodeRequest } from './claude-code.ts';

/** A long tool loop of the sort that coding agents run, on Anthropic's own models and on another vendor's. */
let vendors: Vendors;
beforeAll(async () => {
  vendors = await openVendors();
});
afterAll(() => vendors.close());

const rounds = 10;
const question = { role: 'user', content: [{ type: 'text', text: `Fix the build. rounds=${rounds}` }] };

describe.each([
  { model: 'claude/claude-haiku-4-5', to: wires['anthropic-messages'], may: [] },
  { model: 'gpt/gpt-5', to: wires['openai-chat'], may: ['cache', 'history-thought', 'seal', 'result-error'] },
] as const)('on $model', ({ model, to, may }) => {
  const post = async (path: string, body: JsonObject): Promise<Response> =>
    await fetch(`${vendors.trestle.url}${path}?beta=true`, {
      method: 'POST',
      headers: {
        ...claudeCodeHeaders,
        authorization: `Bearer ${vendors.trestle.clientKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });

  test(`${rounds} rounds of tools, two at once, each result where it belongs, until the work is done`, async () => {
    vendors.asked();
    const messages: JsonObject[] = [question];
    const usages: JsonObject[] = [];
    let stop: Json = 'tool_use';
    for (let turn = 0; stop === 'tool_use'; turn += 1) {
      const asked = claudeCodeRequest({ model, messages });
      const { answer, sent } = await streamed(post, asked);
      expectArrived({ asked, sent, may, to });
      const blocks = (answer['content'] as readonly Json[]).filter(isJsonObject);
      stop = answer['stop_reason'] ?? null;
      usages.push(answer['usage'] as JsonObject);
      messages.push({ role: 'assistant', content: blocks });
      messages.push({
        role: 'user',
        content: blocks.filter(({ type }) => type === 'tool_use').map((call) => resultOf(call, turn)),
      });
      expect(turn).toBeLessThanOrEqual(rounds);
    }
    expect([stop, usages.length]).toEqual(['end_turn', rounds + 1]);
    expect(vendors.asked()).toEqual([]);
    if (to.name === 'anthropic-messages') {
      const cached = usages.map(({ cache_creation_input_tokens: written }) => Number(written));
      expect(cached.every((written) => written > 1000)).toBeTrue();
    }
  });

  test('asks first how long the prompt is, and whether the key is good', async () => {
    const { stream: _, metadata: __, max_tokens: ___, ...count } = claudeCodeRequest({ model, messages: [question] });
    const counted = await post('/v1/messages/count_tokens', count);
    expect(await counted.json()).toEqual({ input_tokens: expect.any(Number) });
    const estimated = to.name === 'openai-chat' ? 'true' : null;
    expect(counted.headers.get('x-trestle-estimated')).toBe(estimated);
    const probed = await post('/v1/messages', claudeCodeProbe(model));
    expect(await probed.json()).toMatchObject({ type: 'message', stop_reason: 'max_tokens' });
  });

  async function streamed(
    send: typeof post,
    asked: JsonObject,
  ): Promise<{ readonly answer: JsonObject; readonly sent: JsonObject }> {
    const response = await send('/v1/messages', asked);
    const text = await response.text();
    expect({ status: response.status, text: response.ok ? '' : text }).toEqual({ status: 200, text: '' });
    const { answer, faults } = wires['anthropic-messages'].join(framesIn(text));
    expect(faults).toEqual([]);
    const [request, ...others] = vendors.asked();
    expect(others).toEqual([]);
    expect(request?.refused).toBeUndefined();
    return { answer, sent: request?.json ?? {} };
  }
});

test('to Anthropic itself the bytes go as they are, betas and all', async () => {
  vendors.asked();
  const asked = claudeCodeRequest({ model: 'claude/claude-haiku-4-5', messages: [question] });
  const response = await fetch(`${vendors.trestle.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { ...claudeCodeHeaders, 'x-api-key': vendors.trestle.clientKey },
    body: JSON.stringify(asked),
  });
  await response.text();
  const [request] = vendors.asked();
  expect(JSON.stringify(request?.json)).toBe(JSON.stringify({ ...asked, model: 'claude-haiku-4-5' }));
  expect(request?.headers['anthropic-beta']).toBe(claudeCodeHeaders['anthropic-beta']);
  expect(request?.headers['x-api-key']).toBe('vendor-one');
});

interface Arriving {
  readonly asked: JsonObject;
  readonly sent: JsonObject;
  /** Kinds that this vendor has no words for. */
  readonly may: readonly FactKind[];
  readonly to: (typeof wires)[keyof typeof wires];
}

function expectArrived({ asked, sent, may, to }: Arriving): void {
  const { missing } = compareFacts(anthropicRequestFacts(asked), to.requestFacts(sent));
  expect(missing.filter(({ kind }) => !may.includes(kind))).toEqual([]);
}

/** Now a text, now an error, now a picture. */
function resultOf({ id, name }: JsonObject, turn: number): JsonObject {
  const result = { type: 'tool_result', tool_use_id: id ?? '' };
  if (turn % 3 === 1) return { ...result, content: `${name}: no such file`, is_error: true };
  if (turn % 3 === 0) return { ...result, content: `${name} printed ${'a line\n'.repeat(20)}` };
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };
  return { ...result, content: [{ type: 'text', text: `${name} shows` }, image] };
}
