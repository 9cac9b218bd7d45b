import type { Budget, LimitMatch } from '../../src/core/limit.ts';
import type { NanoUsd, Price } from '../../src/core/money.ts';
import type { Key, Organisation, PriceRecord, Project } from '../../src/store/store.ts';
import { fakeDigest } from '../fakes/surroundings.ts';
import { type Chance, chanceOf } from './chance.ts';

/** What a seed decides before anything happens. */
export interface Scenario {
  readonly seed: number;
  readonly calls: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Milliseconds between two callers, on average. */
  readonly gapMs: number;
  readonly hostile: boolean;
  readonly crashes: boolean;
  readonly jumps: boolean;
  readonly organisation: Organisation;
  readonly projects: readonly Project[];
  readonly keys: readonly Key[];
  readonly prices: readonly PriceRecord[];
}

export const keyCount = 5;

export function secretOf(key: number): string {
  return `tr-simulated-${key}`;
}

/** What models say at most if nobody limits them. */
export const longest = 1_500;

/** A vendor's model, with the provider that offers it. */
export const offered = { m1: 'one', m2: 'two', 'claude-simulated': 'three' } as const;

export const config = `
retry: { attempts: 2, max_delay_ms: 2000 }
providers:
  one: { type: openai-compatible, base_url: "http://one.invalid/v1", api_key: sim }
  two: { type: openai-compatible, base_url: "http://two.invalid/v1", api_key: sim }
  three: { type: anthropic, base_url: "http://three.invalid", api_key: sim }
models:
  both: { targets: [{ model: one/m1 }], fallback: [two/m2] }
  crossed: { targets: [{ model: three/claude-simulated }], fallback: [one/m1] }
`;

const chances = { scenario: 1 };

/** Days on which clocks are changed, a month ends, and an ordinary one. */
const beginnings = ['2026-11-21T11:50:00Z', '2026-11-01T05:55:00Z', '2027-03-14T06:50:00Z', '2026-11-30T23:55:00Z'];

export function scenarioOf(seed: number, calls: number): Scenario {
  const chance = chanceOf(seed, chances.scenario);
  const startedAt = Date.parse(beginnings[chance.whole(0, beginnings.length - 1)] ?? '');
  const gapMs = chance.pick([2, 20, 200, 3_000, 30_000]);
  const hostile = chance.happens(0.3);
  const crashes = chance.happens(0.5);
  const jumps = chance.happens(0.3);
  /** Near what all calls would cost, so that it runs out on the way. */
  const wanted = BigInt(calls) * 120_000n;
  const budgets = (most: number): { readonly budgets?: readonly Budget[] } => {
    const count = chance.whole(0, most);
    return count === 0
      ? {}
      : { budgets: Array.from({ length: count }, () => drawBudget(chance, { wanted, startedAt })) };
  };
  return {
    ...{ seed, calls, startedAt, gapMs, hostile, crashes, jumps },
    organisation: { id: 'org_1', name: 'org', createdAt: startedAt, ...budgets(2) },
    projects: ['proj_1', 'proj_2'].map((id) => ({
      id,
      organisationId: 'org_1',
      name: id,
      createdAt: startedAt,
      ...budgets(2),
    })),
    keys: Array.from({ length: keyCount }, (_, index) => ({
      id: `key_${index}`,
      name: `key ${index}`,
      mac: fakeDigest.mac(secretOf(index)),
      hint: 'tr-sim',
      role: 'client' as const,
      projectId: index < 3 ? 'proj_1' : 'proj_2',
      organisationId: 'org_1',
      createdAt: startedAt,
      ...budgets(3),
    })),
    prices: drawPrices(chance, { startedAt, spanMs: calls * gapMs }),
  };
}

export function drawBudget(
  chance: Chance,
  { wanted, startedAt }: { readonly wanted: NanoUsd; readonly startedAt: number },
): Budget {
  const period = chance.pick(['minute', 'hour', 'day', 'week', 'month', 'total'] as const);
  return {
    id: `budget_${chance.whole(0, 1_000_000_000)}`,
    limit: (wanted * BigInt(chance.whole(2, 120))) / 100n,
    period,
    window: period !== 'total' && chance.happens(0.3) ? 'rolling' : 'calendar',
    timezone: chance.pick(['UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']),
    mode: chance.happens(0.75) ? 'hard' : chance.pick(['soft', 'observe'] as const),
    match: drawMatch(chance),
    createdAt: startedAt,
  };
}

function drawMatch(chance: Chance): LimitMatch {
  if (chance.happens(0.5)) return {};
  return chance.pick<LimitMatch>([
    { endUser: '*' },
    { endUser: 'user_1' },
    { tag: '*' },
    { tag: 'red' },
    { model: '*' },
    { model: 'one/m1' },
  ]);
}

/** In pico-USD a token, whole nano-USD each, so that nothing is rounded; dated, some in the middle of everything. */
function drawPrices(
  chance: Chance,
  { startedAt, spanMs }: { readonly startedAt: number; readonly spanMs: number },
): readonly PriceRecord[] {
  const changes = Array.from({ length: chance.whole(0, 3) }, () => startedAt + chance.whole(0, spanMs));
  const beginsAt = [...new Set([0, ...changes])];
  return Object.entries(offered).flatMap(([model, provider]) =>
    beginsAt.map((from) => {
      const input = chance.whole(1, 8);
      const perToken = {
        input: BigInt(input * 250_000),
        cachedInput: BigInt(input * 25_000),
        output: BigInt(chance.whole(4, 20) * 250_000),
      };
      return { provider, model, price: { from, source: 'management', perToken } };
    }),
  );
}

/** What a model costs at a time, by the same list. */
export function priceAt({ prices }: Pick<Scenario, 'prices'>, model: string, at: number): Price {
  const found = prices
    .filter((record) => record.model === model && record.price.from <= at)
    .toSorted((a, b) => b.price.from - a.price.from)[0];
  if (found === undefined) throw new Error(`no price for ${model}`);
  return found.price;
}

/** One call as its caller makes it. */
export interface DrawnCall {
  readonly number: number;
  readonly key: number;
  readonly path: string;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: boolean;
  /** How long after asking it leaves; never if undefined. */
  readonly leavesAfterMs: number | undefined;
  /** How long it takes over each piece. */
  readonly readMs: number;
}

export function drawCall(seed: number, number: number): DrawnCall {
  const chance = chanceOf(seed, 2, number);
  const isAnthropic = chance.happens(0.4);
  const stream = chance.happens(0.5);
  const n = !isAnthropic && chance.happens(0.1) ? chance.whole(2, 4) : undefined;
  const limit = drawLimit(chance, isAnthropic);
  const words = 'x'.repeat(chance.happens(0.05) ? chance.whole(1_000, 20_000) : chance.whole(1, 400));
  const model = chance.pick(['one/m1', 'two/m2', 'three/claude-simulated', 'both', 'crossed']);
  const timeout = chance.happens(0.1) ? { 'x-trestle-timeout-ms': String(chance.whole(100, 20_000)) } : {};
  const tags = ['red', 'green', 'blue'].filter(() => chance.happens(0.3));
  return {
    number,
    key: chance.whole(0, keyCount - 1),
    path: isAnthropic ? '/v1/messages' : '/v1/chat/completions',
    body: {
      model,
      messages: [{ role: 'user', content: `#${number}#${words}` }],
      ...(stream ? { stream } : {}),
      ...(n === undefined ? {} : { n }),
      ...limit,
    },
    headers: {
      ...(chance.happens(0.4) ? { 'x-trestle-user': `user_${chance.whole(1, 6)}` } : {}),
      'x-trestle-tags': [...tags, `call-${number}`].join(','),
      ...timeout,
      ...(isAnthropic ? { 'anthropic-version': '2023-06-01' } : {}),
    },
    stream,
    leavesAfterMs: chance.happens(0.12) ? chance.whole(0, chance.pick([5, 400, 5_000])) : undefined,
    readMs: chance.happens(0.1) ? chance.whole(0, 2_000) : 0,
  };
}

function drawLimit(chance: Chance, isAnthropic: boolean): object {
  const size = chance.pick([16, 200, 1_000, 4_000, 32_000, 1_000_000]);
  const tokens = chance.whole(1, size);
  if (isAnthropic) return { max_tokens: tokens };
  if (chance.happens(0.35)) return {};
  return chance.happens(0.5) ? { max_tokens: tokens } : { max_completion_tokens: tokens };
}
