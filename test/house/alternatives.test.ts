import { afterEach, expect, test } from 'bun:test';
import { frameReader } from '../../src/dialects/sse.ts';
import { anthropicSays } from './anthropic-said.ts';
import { askedOf, type FakeAnswer, type FakeUpstream, fakeUpstream } from './fake-upstream.ts';
import { type TestHouse, testHouse } from './house.ts';

/** Alternatives of a model that gives one answer to a call. */
const config = `
retry: { attempts: 1 }
providers:
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: claude-credential, prices: { "*": { input: 1, output: 2 } } }
`;
const opened: TestHouse[] = [];
afterEach(async () => {
  for (const house of opened.splice(0)) await house.close();
});

async function scene(
  answer: (call: number) => FakeAnswer | undefined,
): Promise<{ house: TestHouse; upstream: FakeUpstream }> {
  let calls = 0;
  const upstream = fakeUpstream((request) => {
    calls += 1;
    return answer(calls) ?? anthropicSays(request, { content: [{ type: 'text', text: `Answer ${calls}.` }] });
  });
  const house = await testHouse({ http: upstream, config });
  opened.push(house);
  return { house, upstream };
}

interface Chunk {
  readonly id: string;
  readonly usage?: object;
  readonly choices: readonly {
    readonly index: number;
    readonly delta: { readonly content?: string };
    readonly finish_reason: string | null;
  }[];
}

const twice = { input: 40, cachedInput: 10, cacheWrite: 4, output: 60 };
const threeTimes = { input: 60, cachedInput: 15, cacheWrite: 6, output: 90 };
const question = { model: 'claude/claude-sonnet-4-5', messages: [{ role: 'user', content: 'Hello' }], n: 3 };

test('three whole answers are three calls and one answer, and cost what the three cost', async () => {
  const { house, upstream } = await scene(() => undefined);
  const response = await house.ask(question);
  const { choices, usage } = JSON.parse(await response.text());
  expect(
    choices.map((choice: { index: number; message: { content: string } }) => [choice.index, choice.message.content]),
  ).toEqual([
    [0, 'Answer 1.'],
    [1, 'Answer 2.'],
    [2, 'Answer 3.'],
  ]);
  expect([usage.prompt_tokens, usage.completion_tokens]).toEqual([81, 90]);
  expect(response.headers.get('x-trestle-emulated')).toBe('"n";how="separate-calls"');
  expect(response.headers.get('x-trestle-lost')).toBeNull();
  expect(upstream.sent.map((sent) => askedOf(sent)['n'])).toEqual([undefined, undefined, undefined]);
  const [record] = await house.records();
  expect([record?.usage.tokens, record?.cost, record?.attempts]).toEqual([threeTimes, 261_000n, 1]);
});

test('three streams are one stream with three choices, and one usage at its end', async () => {
  const { house } = await scene(() => undefined);
  const response = await house.ask({ ...question, stream: true, stream_options: { include_usage: true } });
  const frames = frameReader().push(new TextEncoder().encode(await response.text()));
  expect(frames.at(-1)).toEqual({ data: '[DONE]' });
  const said = frames.slice(0, -1).flatMap(({ data }) => data ?? []);
  const chunks: readonly Chunk[] = said.map((data) => JSON.parse(data));
  const heard = chunks.flatMap(({ choices }) => choices);
  for (const index of [0, 1, 2]) {
    const own = heard.filter((choice) => choice.index === index);
    expect(own.map(({ delta }) => delta.content ?? '').join('')).toBe(`Answer ${index + 1}.`);
    expect(own.flatMap(({ finish_reason: reason }) => reason ?? [])).toEqual(['stop']);
  }
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  expect(chunks.flatMap(({ usage }) => usage ?? [])).toEqual([
    expect.objectContaining({ prompt_tokens: 81, completion_tokens: 90 }),
  ]);
  const [record] = await house.records();
  expect([record?.usage.tokens, record?.cost]).toEqual([threeTimes, 261_000n]);
});

test('one that fails fails the call, and the answers that were there are charged', async () => {
  const busy = { status: 529, pieces: ['{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'] };
  const { house } = await scene((call) => (call === 3 ? busy : undefined));
  const response = await house.ask(question);
  expect(response.status).toBe(503);
  await house.clock.advance(0);
  const [record] = await house.records();
  expect([record?.outcome, record?.usage.tokens, record?.cost]).toEqual(['failed', twice, 174_000n]);
});
