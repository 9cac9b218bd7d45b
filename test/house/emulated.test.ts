import { afterEach, expect, test } from 'bun:test';
import { askedOf, fakeUpstream } from './fake-upstream.ts';
import { type TestHouse, testHouse } from './house.ts';

let house: TestHouse | undefined;
afterEach(async () => {
  await house?.close();
});

test('what was brought about by other means stands in a header of the answer', async () => {
  const said = {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-3-5-haiku-latest' },
    content: [{ type: 'tool_use', id: 'toolu_1', name: 'bridge', input: { spans: 3 } }],
    ...{ stop_reason: 'tool_use', stop_sequence: null, usage: { input_tokens: 30, output_tokens: 5 } },
  };
  const upstream = fakeUpstream(() => ({
    headers: { 'content-type': 'application/json' },
    pieces: [JSON.stringify(said)],
  }));
  house = await testHouse({
    http: upstream,
    config: 'providers: { claude: { type: anthropic, base_url: "http://claude.invalid", api_key: k } }',
  });
  const schema = { type: 'object', properties: { spans: { type: 'integer' } }, required: ['spans'] };
  const response = await house.ask({
    model: 'claude/claude-3-5-haiku-latest',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Describe a bridge.' }],
    response_format: { type: 'json_schema', json_schema: { name: 'bridge', schema } },
  });
  expect(response.headers.get('x-trestle-emulated')).toBe('"response_format";how="forced-tool"');
  expect(await response.json()).toMatchObject({
    choices: [{ message: { content: '{"spans":3}' }, finish_reason: 'stop' }],
  });
  const [sent] = upstream.sent;
  expect(sent && askedOf(sent)).toMatchObject({ tool_choice: { type: 'tool', name: 'bridge' }, max_tokens: 100 });
});
