import { afterAll, beforeAll, expect, test } from 'bun:test';
import { scaledUsd } from '../../src/core/money.ts';
import { administer, type Started, startTrestle } from '../started.ts';
import { type HostileUpstream, hostileUpstream } from '../upstream/hostile.ts';

const maxTokens = 400;
const body = JSON.stringify({
  model: 'up/m',
  max_tokens: maxTokens,
  messages: [{ role: 'user', content: 'x'.repeat(200) }],
});
/** `(request bytes + 256) × input + max_tokens × output`, in nano-USD. */
const largestHold = BigInt(body.length + 256) * 1_000n + BigInt(maxTokens) * 2_000n;
const cap = largestHold * 1_000n;

/**
 * A hard cap under real callers: a started server, real connections, a provider with a book of its own. A call here costs a few
 * ten-thousandths of the cap at most, and is repeated until nothing more fits.
 */
let upstream: HostileUpstream;
let trestle: Started;

beforeAll(async () => {
  upstream = await hostileUpstream();
  upstream.otherwise({ kind: 'none', tokens: maxTokens });
  trestle = await startTrestle({
    config: JSON.stringify({
      providers: {
        up: { type: 'openai-compatible', base_url: `${upstream.url}/v1`, prices: { '*': { input: 1, output: 2 } } },
      },
    }),
  });
});
afterAll(async () => {
  await trestle?.stop('SIGKILL');
  await upstream?.close();
});

interface Refusal {
  readonly free: bigint;
}

interface Key {
  readonly id: string;
  readonly key: string;
}

test.each([1, 200])(
  '%i callers at once spend a hard cap to its end and not a nano-dollar further',
  async (clients) => {
    const key = await administer<Key>(trestle, '/admin/v1/keys', {
      method: 'POST',
      body: JSON.stringify({ name: `${clients}`, budgets: [{ limit_usd: usd(cap), period: 'total' }] }),
    });
    const before = upstream.seen.length;
    const refusals: Refusal[] = [];
    await Promise.all(Array.from({ length: clients }, () => callUntilRefused(key, refusals)));

    const { budgets } = await administer<{ budgets: readonly Balance[] }>(trestle, `/admin/v1/keys/${key.id}`);
    const billed = upstream.seen
      .slice(before)
      .reduce((sum, one) => sum + one.billed.input * 1_000 + one.billed.output * 2_000, 0);
    const spent = scaledUsd(budgets[0]?.spent_usd ?? '0', 9);
    console.log(
      `${clients} callers: ${upstream.seen.length - before} calls, ${(Number(spent) / Number(cap)) * 100} % of the cap spent`,
    );
    expect({ spent, reserved: budgets[0]?.reserved_usd }).toEqual({ spent: BigInt(billed), reserved: '0' });
    expect(spent).toBeLessThanOrEqual(cap);
    expect(spent).toBeGreaterThanOrEqual((cap * 95n) / 100n);
    expect(refusals.filter(({ free }) => free > largestHold)).toEqual([]);
    expect(refusals).toHaveLength(clients);
    const verified = await administer(trestle, '/admin/v1/ledger/verify', { method: 'POST', body: '{}' });
    expect(verified).toMatchObject({ ok: true, open_holds: 0, differences: [] });
  },
  120_000,
);

interface Balance {
  readonly spent_usd: string;
  readonly reserved_usd: string;
}

/** Until nothing is held any more and still nothing fits: what others gave back may be asked for again. */
async function callUntilRefused({ key }: Key, refusals: Refusal[]): Promise<void> {
  for (;;) {
    const response = await fetch(`${trestle.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    if (response.status === 200) continue;
    if (response.status !== 429) throw new Error(`${response.status}: ${text}`);
    const [spent = 0n, held = 0n] = amountsIn(text);
    const free = cap - spent - held;
    if (free > largestHold) refusals.push({ free });
    if (held > 0n) continue;
    refusals.push({ free });
    return;
  }
}

/** What the refusal says is spent and held. */
function amountsIn(text: string): readonly bigint[] {
  const match = /\$([\d.]+) is spent and \$([\d.]+) is held/.exec(text);
  if (match === null) throw new Error(`a refusal without amounts: ${text}`);
  return match.slice(1).map((amount) => scaledUsd(amount, 9));
}

function usd(nano: bigint): string {
  const digits = nano.toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
