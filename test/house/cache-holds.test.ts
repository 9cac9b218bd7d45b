import { afterEach, describe, expect, test } from 'bun:test';
import type { Json } from '../../src/core/json.ts';
import { honestUpstream } from './honest-upstream.ts';
import { expectBooksClosed, hello, key, payer } from './paying.ts';
import { payingHouses } from './paying-houses.ts';

const { scene, closeAll } = payingHouses();
afterEach(closeAll);

/** In micro-dollars: a token of input, one that is kept in a cache for minutes, one for an hour, a token of output. */
const prices = '{ input: 1, cache_write: 1.25, cache_write_1h: 2, output: 2 }';
const config = `
providers:
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", prices: { "*": ${prices} } }
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: claude-credential, prices: { "*": ${prices} } }
`;
const control = { type: 'ephemeral' };
const saying = (more: object): Json => [{ role: 'user', content: [{ type: 'text', text: 'Hello', ...more }] }] as Json;

/** What is held for a call, less its output, for each byte and the 256 tokens around them: in micro-dollars. */
async function heldForInput(path: string, body: { readonly [member: string]: Json }): Promise<number> {
  const { house } = await scene(honestUpstream(), { config });
  const someone = await payer(house, { limit_usd: '1' });
  const response = await someone.ask(body, { path });
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
  await house.clock.advance(0);
  await expectBooksClosed(house, key(someone.id));
  const story = await house.store.ledger.request(response.headers.get('x-request-id') ?? '');
  const held = Number(story?.entries[0]?.held) / 1000;
  return (held - 2 * 100) / (JSON.stringify(body).length + 256);
}

describe('what is held for the input of a call', () => {
  const [chat, messages] = ['/v1/chat/completions', '/v1/messages'] as const;
  const claude = { model: 'claude/claude-opus-4-5', max_tokens: 100 };

  test('to Claude is the plain price of its bytes while nothing asks for a cache, whichever dialect it came in', async () => {
    expect(await heldForInput(messages, { ...claude, messages: hello })).toBe(1);
    expect(await heldForInput(chat, { ...claude, messages: hello })).toBe(1);
  });

  test('to Claude is that of what is kept in a cache where something asks for it, and for how long', async () => {
    expect(await heldForInput(messages, { ...claude, messages: saying({ cache_control: control }) })).toBe(1.25);
    expect(await heldForInput(chat, { ...claude, messages: saying({ cache_control: control }) })).toBe(1.25);
    const marked = { prompt_cache_breakpoint: { mode: 'explicit', ttl: '1h' } };
    expect(await heldForInput(chat, { ...claude, messages: saying(marked) })).toBe(2);
    expect(await heldForInput(messages, { ...claude, messages: hello, cache_control: { ...control, ttl: '1h' } })).toBe(
      2,
    );
  });

  test('to a vendor that may fill its cache unasked is the dearest that there is', async () => {
    expect(await heldForInput(chat, { model: 'up/m', max_tokens: 100, messages: hello })).toBe(2);
  });
});
