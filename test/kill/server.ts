import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaledUsd } from '../../src/core/money.ts';
import { administer, type Started, startTrestle } from '../started.ts';

/** What came of killing a server under load again and again. */
export interface KillReport {
  readonly kills: number;
  /** Answers that a client had to the end: whole, or streamed to the terminal event. */
  readonly acknowledged: number;
  readonly records: number;
  readonly missing: readonly string[];
  readonly twice: readonly string[];
  /** Calls that were under way when the server was killed. */
  readonly orphans: number;
  /** What was wrong with the books after a start: balances that differ, money that is still held, calls that were free. */
  readonly wrong: readonly string[];
}

/**
 * Kills a whole Trestle with SIGKILL under load, `times` times on one data directory, with budgets in force, and compares what its
 * clients had in hand with what its books say after the last start. The books are added up anew after each start.
 */
export async function killUnderLoad(
  times: number,
  progress: (done: number) => void = () => undefined,
): Promise<KillReport> {
  const directory = mkdtempSync(join(tmpdir(), 'trestle-kill-'));
  const acknowledged: string[] = [];
  const wrong: string[] = [];
  let keyId: string | undefined;
  try {
    for (let kill = 0; kill < times; kill += 1) {
      const trestle = await startTrestle({ directory });
      keyId ??= await withBudgets(trestle);
      wrong.push(...(await wrongBooks(trestle, keyId)).map((problem) => `start ${kill + 1}: ${problem}`));
      const clients = Array.from({ length: 16 }, (_, index) => callUntilKilled(trestle, index, acknowledged));
      await Bun.sleep(60 + Math.random() * 240);
      await trestle.stop('SIGKILL');
      await Promise.all(clients);
      progress(kill + 1);
    }
    const trestle = await startTrestle({ directory });
    const rows = await records(trestle);
    if (keyId !== undefined)
      wrong.push(...(await wrongBooks(trestle, keyId)), ...(await wrongSum(trestle, keyId, rows)));
    await trestle.stop();
    const counts = new Map<string, number>();
    for (const { id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1);
    const orphans = rows.filter(({ flags }) => flags.includes('orphaned'));
    wrong.push(
      ...orphans.filter(isFree).map(({ id }) => `${id} was under way when the server was killed, and is free`),
    );
    return {
      kills: times,
      acknowledged: acknowledged.length,
      records: rows.length,
      missing: acknowledged.filter((id) => !counts.has(id)),
      twice: [...counts].filter(([, count]) => count > 1).map(([id]) => id),
      orphans: orphans.length,
      wrong,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Gives the clients' key budgets that are large enough for all that comes; answers its id. */
async function withBudgets(trestle: Started): Promise<string> {
  const { data } = await administer<{ data: readonly { id: string; role: string }[] }>(trestle, '/admin/v1/keys');
  const id = data.find(({ role }) => role === 'client')?.id ?? '';
  const budgets = [
    { limit_usd: '1000', period: 'total' },
    { limit_usd: '1000', period: 'day', window: 'rolling' },
    { limit_usd: '1000', period: 'minute', end_user: '*' },
  ];
  await administer(trestle, `/admin/v1/keys/${id}`, { method: 'PATCH', body: JSON.stringify({ budgets }) });
  return id;
}

interface Balance {
  readonly spent_usd: string;
  readonly reserved_usd: string;
}

/** Nothing is under way yet: nothing may be held, and every balance must be what the entries add up to. */
async function wrongBooks(trestle: Started, keyId: string): Promise<readonly string[]> {
  const { budgets } = await administer<{ budgets: readonly Balance[] }>(trestle, `/admin/v1/keys/${keyId}`);
  const verified = await administer<{ ok: boolean; open_holds: number; differences: readonly unknown[] }>(
    trestle,
    '/admin/v1/ledger/verify',
    { method: 'POST', body: '{}' },
  );
  return [
    ...budgets.filter(({ reserved_usd: held }) => held !== '0').map(({ reserved_usd: held }) => `$${held} is held`),
    ...(verified.ok ? [] : [`the books differ: ${JSON.stringify(verified.differences)}`]),
    ...(verified.open_holds === 0 ? [] : [`${verified.open_holds} holds are open`]),
  ];
}

/** What the budget says was spent is what the records cost. */
async function wrongSum(trestle: Started, keyId: string, rows: readonly Row[]): Promise<readonly string[]> {
  const { budgets } = await administer<{ budgets: readonly Balance[] }>(trestle, `/admin/v1/keys/${keyId}`);
  const spent = scaledUsd(budgets[0]?.spent_usd ?? '0', 9);
  const cost = rows.reduce((sum, row) => sum + scaledUsd(row.cost_usd ?? '0', 9), 0n);
  return spent === cost ? [] : [`${spent} nano-USD are spent by the budget, ${cost} by the records`];
}

const bodies = [
  { model: 'sandbox/echo', stream: false },
  { model: 'sandbox/echo', stream: true },
  { model: 'sandbox/lorem?tokens=200&tokens_per_second=100', stream: true, max_tokens: 200 },
];

/** Calls one after the other until the connection breaks; notes each answer that came to its end. */
async function callUntilKilled(trestle: Started, index: number, acknowledged: string[]): Promise<void> {
  const asked = bodies[index % bodies.length] ?? { stream: false };
  const body = JSON.stringify({
    ...asked,
    user: `user-${index}`,
    messages: [{ role: 'user', content: 'still there?' }],
  });
  const headers = { authorization: `Bearer ${trestle.clientKey}`, 'content-type': 'application/json' };
  for (;;) {
    try {
      const response = await fetch(`${trestle.url}/v1/chat/completions`, { method: 'POST', headers, body });
      const text = await response.text();
      const whole = asked.stream ? text.endsWith('data: [DONE]\n\n') : text.endsWith('}');
      if (response.status === 200 && whole) acknowledged.push(response.headers.get('x-request-id') ?? '');
    } catch {
      return;
    }
  }
}

interface Row {
  readonly id: string;
  readonly flags: readonly string[];
  readonly cost_usd: string | null;
}

function isFree({ cost_usd: cost }: Row): boolean {
  return cost === null || cost === '0';
}

async function records(trestle: Started): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let after = '';
  for (;;) {
    const page = await administer<{ data: readonly Row[]; has_more: boolean; next?: string }>(
      trestle,
      `/admin/v1/requests?limit=1000${after}`,
    );
    rows.push(...page.data);
    if (!page.has_more) return rows;
    after = `&after=${encodeURIComponent(page.next ?? '')}`;
  }
}
