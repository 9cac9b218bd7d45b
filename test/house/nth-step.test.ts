import { describe, expect, test } from 'bun:test';
import { isJsonObject, type Json } from '../../src/core/json.ts';
import type { HouseParts } from '../../src/house.ts';
import type { HandClock } from '../fakes/hand-clock.ts';
import { askedOf, type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { clientKey, type TestHouse, testHouse } from './house.ts';
import { countedSteps, type Mishap, planted, type StepName, type Steps } from './steps.ts';

/**
 * SQLite's way: the first thing that a call asks of the world goes wrong, then the second, and so on until the call is
 * through without meeting its mishap. After each the same must hold, whatever it was.
 */
const question = { model: 'up/m', messages: [{ role: 'user', content: 'Hello' }] };
const scenarios: Readonly<Record<string, { readonly body: Json; readonly steps: readonly StepName[] }>> = {
  whole: {
    body: question,
    steps: [
      'digest.mac',
      'keys.find',
      'body.read',
      'body.read',
      'body.read',
      'holds.place',
      'hold.durable',
      'http.send',
      'answer.bytes',
      'ledger.append',
    ],
  },
  streamed: {
    body: { ...question, stream: true },
    steps: [
      ...(['digest.mac', 'keys.find', 'body.read', 'body.read', 'body.read'] as const),
      ...(['holds.place', 'hold.durable', 'http.send'] as const),
      ...Array.from({ length: 7 }, () => 'source.read' as const),
      'ledger.append',
    ],
  },
  'whole, after a retry and a fallback': { body: { ...question, model: 'two' }, steps: detour('answer.bytes') },
  'streamed, after a retry and a fallback': {
    body: { ...question, model: 'two', stream: true },
    steps: detour(...Array.from({ length: 7 }, () => 'source.read' as const)),
  },
};

/** Twice at the first provider, which is ill, then at the second; each attempt leaves its entry when the next one begins. */
function detour(...answer: readonly StepName[]): readonly StepName[] {
  const held = ['holds.place', 'hold.durable'] as const;
  const ill = ['http.send', 'answer.bytes', ...held, 'ledger.append'] as const;
  return [
    'digest.mac',
    'keys.find',
    'body.read',
    'body.read',
    'body.read',
    ...held,
    ...ill,
    ...ill,
    'http.send',
    ...answer,
    'ledger.append',
  ];
}

const config = `
retry: { attempts: 2, max_delay_ms: 1000 }
providers:
  ill: { type: openai-compatible, base_url: "http://ill.invalid/v1", prices: { "*": { input: 1, output: 2 } } }
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", prices: { "*": { input: 1, output: 2 } } }
models:
  two: { targets: [{ model: ill/m }], fallback: [up/m] }
`;

interface Run {
  readonly at: number;
  readonly house: TestHouse;
  readonly upstream: FakeUpstream;
  readonly steps: Steps;
  readonly status: number;
  readonly text: string;
  /** The caller hung up before it had read everything. */
  readonly left: boolean;
}

async function run(body: Json, at: number, mishap: Mishap): Promise<Run> {
  const caller = new AbortController();
  let left = false;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const leave = (): void => {
    left = true;
    caller.abort();
    reader?.cancel().catch(() => undefined);
  };
  const steps = countedSteps({ at, mishap, leave });
  const upstream = fakeUpstream((request) =>
    request.url.startsWith('http://ill.')
      ? { status: 503, pieces: ['{"error":{"message":"Ill."}}'] }
      : goodAnswer(request),
  );
  const house = await testHouse({ http: upstream, config, change: steps.counted });
  const answering = house.house.answer(
    new Request('http://127.0.0.1:4141/v1/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${clientKey}` },
      body: steps.body(JSON.stringify(body)),
      signal: caller.signal,
    }),
  );
  const response = await settled(house.clock, Promise.resolve(answering));
  reader = response.body?.getReader() as typeof reader;
  const text = reader === undefined ? '' : await settled(house.clock, textOf(reader));
  await house.clock.advance(0);
  return { at, house, upstream, steps, status: response.status, text, left };
}

async function textOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (let read = await reader.read(); !read.done; read = await reader.read())
    text += decoder.decode(read.value, { stream: true });
  return text;
}

/** Waits for as long as anybody may, three hours, and no longer. */
async function settled<T>(clock: HandClock, promise: Promise<T>): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  promise.then(end, end);
  for (let turn = 0; !over && turn < 200; turn += 1) {
    await clock.advance(turn < 20 ? 0 : 60_000);
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  if (!over) throw new Error('the call hangs');
  return await promise;
}

/** What is wrong with how a call ended; nothing, whatever went wrong on its way. */
async function wrongs({ at, house, upstream, steps, status, text, left }: Run): Promise<readonly string[]> {
  const found: string[] = [];
  const expectThat = (holds: boolean, what: string): void => void (holds || found.push(what));
  const known = left || (steps.struck !== 'digest.mac' && steps.struck !== 'keys.find');
  const unwritten = !left && steps.struck === 'ledger.append' && steps.taken.length === at;

  expectThat(house.clock.pending() === 0, `${house.clock.pending()} timers remain`);
  const lines = house.logged.filter(({ message }) => message.startsWith('call '));
  expectThat(lines.length === 1, `the call ended ${lines.length} times: ${lines.map(({ message }) => message)}`);
  for (const [index, { ended, cancelled }] of upstream.sources.entries())
    expectThat(ended || cancelled > 0, `the answer ${index + 1} was neither read to its end nor given up`);

  expectThat(steps.closings.length === (known ? 1 : 0), `${steps.closings.length} closing entries`);
  const records = await house.records();
  if (!unwritten) expectThat(records.length === steps.closings.length, `${records.length} records`);
  if (known && steps.struck === undefined)
    expectThat(records[0]?.outcome === 'complete', `the record says ${records[0]?.outcome}`);

  const { openHolds, differences } = await house.store.holds.verify();
  // An entry that was never given to the store ends no hold there.
  const lost = !left && steps.struck === 'ledger.append' ? 1 : 0;
  expectThat(openHolds <= lost, `${openHolds} holds remain`);
  expectThat(differences.length === 0, `balances differ: ${JSON.stringify(differences)}`);

  expectThat(!text.includes(planted), `the caller reads ${planted}`);
  if (left) {
    const [record] = records;
    expectThat(
      record?.outcome === 'aborted' || record?.outcome === 'complete',
      `the record of a caller who left says ${record?.outcome}`,
    );
    expectThat(
      upstream.sources.length === 0 || record?.provider !== 'up' || (record.cost ?? 0n) > 0n,
      'what was begun for a caller who left is free',
    );
    return found;
  }
  const ending = endingOf(status, text);
  expectThat(ending !== 'broken off', `the caller is left with ${status} ${JSON.stringify(text.slice(-200))}`);
  if (unwritten) expectThat(ending === 'error', 'an answer was acknowledged whose record could not be written');
  else if (records.length > 0)
    expectThat(
      (records[0]?.outcome === 'complete') === (ending === 'answer'),
      `the caller has an ${ending}, the record says ${records[0]?.outcome}`,
    );
  return found;
}

function endingOf(status: number, text: string): 'answer' | 'error' | 'broken off' {
  if (text.startsWith('{')) {
    const body: Json = JSON.parse(text);
    if (!isJsonObject(body)) return 'broken off';
    if (status === 200) return 'choices' in body ? 'answer' : 'broken off';
    return isJsonObject(body['error']) && typeof body['error']['message'] === 'string' ? 'error' : 'broken off';
  }
  if (status !== 200 || !text.endsWith('\n\n')) return 'broken off';
  const frames = text.slice(0, -2).split('\n\n');
  const last = frames.at(-1) ?? '';
  if (last === 'data: [DONE]') return 'answer';
  return last.startsWith('data: {"error":') && !text.includes('[DONE]') ? 'error' : 'broken off';
}

for (const [name, { body, steps: expected }] of Object.entries(scenarios)) {
  describe(name, () => {
    test('takes these steps, and all is well when none of them fails', async () => {
      const good = await run(body, 0, 'failure');
      expect(good.steps.taken).toEqual([...expected]);
      expect(endingOf(good.status, good.text)).toBe('answer');
      expect(await wrongs(good)).toEqual([]);
    });

    test.each(['failure', 'error', 'throw', 'hang', 'leave'] as const)(
      'ends properly whichever step ends in: %s',
      async (mishap) => {
        const struck: StepName[] = [];
        for (let at = 1; ; at += 1) {
          const isCommit = expected[at - 1] === 'ledger.append' || expected[at - 1] === 'hold.durable';
          if (isCommit && (mishap === 'hang' || mishap === 'throw')) continue;
          const tried = await run(body, at, mishap);
          if (tried.steps.struck === undefined) break;
          struck.push(tried.steps.struck);
          expect({ at, step: tried.steps.struck, wrong: await wrongs(tried) }).toEqual({
            at,
            step: tried.steps.struck,
            wrong: [],
          });
        }
        expect(struck.length).toBeGreaterThanOrEqual(6);
      },
    );
  });
}

test('a caller who leaves while a retry waits ends the wait with the call', async () => {
  const caller = new AbortController();
  const upstream = fakeUpstream(() => ({ status: 503, pieces: [] }));
  const half = ({ ids, ...parts }: HouseParts): HouseParts => ({ ...parts, ids: { ...ids, chance: () => 0.5 } });
  const house = await testHouse({ http: upstream, config, change: half });
  const answering = house.ask(question, { signal: caller.signal });
  await house.clock.advance(1);
  expect({ sent: upstream.sent.length, waiting: house.clock.pending() }).toEqual({ sent: 1, waiting: 2 });
  caller.abort();
  expect((await answering).status).toBe(499);
  expect({ sent: upstream.sent.length, waiting: house.clock.pending() }).toEqual({ sent: 1, waiting: 0 });
  expect(await house.records()).toMatchObject([{ outcome: 'aborted', status: 499, attempts: 1 }]);
});

test('what was sent upstream is what was asked, whatever failed before', async () => {
  const { upstream } = await run(question, 0, 'failure');
  expect(upstream.sent.map(askedOf)).toEqual([{ ...question, model: 'm' }]);
});
