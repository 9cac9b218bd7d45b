import { afterEach, expect, test } from 'bun:test';
import { type TestHouse, testHouse } from './house.ts';

/** What a compatible vendor does not take is told at its place in the caller's own request, also after a translation. */
const config = `
providers:
  mistral: { base_url: "http://up.invalid", api_key: up-credential, models: [m] }
  cerebras: { base_url: "http://up.invalid/v1", api_key: up-credential, models: [m] }
`;
const opened: TestHouse[] = [];
afterEach(async () => {
  for (const house of opened.splice(0)) await house.close();
});

const question = {
  max_tokens: 5,
  metadata: { user_id: 'user-1' },
  tools: [{ name: 'look', input_schema: { type: 'object' } }],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  messages: [{ role: 'user', content: 'Hello' }],
};

test.each([
  ['mistral/m', '"metadata.user_id";why="unsupported"'],
  ['cerebras/m', '"tool_choice.disable_parallel_tool_use";why="unsupported"'],
])('%s', async (model, lost) => {
  const house = await testHouse({ config });
  opened.push(house);
  const answer = await house.ask({ ...question, model }, { path: '/v1/messages' });
  expect([answer.status, answer.headers.get('x-trestle-lost')]).toEqual([200, lost]);
});
