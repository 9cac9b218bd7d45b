import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { administer, type Started, startTrestle } from '../started.ts';

/** What came of killing a server under load again and again. */
export interface KillReport {
  readonly kills: number;
  /** Answers that a client had to the end: whole, or streamed to the terminal event. */
  readonly acknowledged: number;
  readonly records: number;
  readonly missing: readonly string[];
  readonly twice: readonly string[];
}

/**
 * Kills a whole Trestle with SIGKILL under load, `times` times on one data directory, and compares what its clients
 * had in hand with what its books say after the last start.
 */
export async function killUnderLoad(
  times: number,
  progress: (done: number) => void = () => undefined,
): Promise<KillReport> {
  const directory = mkdtempSync(join(tmpdir(), 'trestle-kill-'));
  const acknowledged: string[] = [];
  try {
    for (let kill = 0; kill < times; kill += 1) {
      const trestle = await startTrestle({ directory });
      const clients = Array.from({ length: 16 }, (_, index) => callUntilKilled(trestle, index % 2 === 0, acknowledged));
      await Bun.sleep(60 + Math.random() * 240);
      await trestle.stop('SIGKILL');
      await Promise.all(clients);
      progress(kill + 1);
    }
    const trestle = await startTrestle({ directory });
    const ids = await recordIds(trestle);
    await trestle.stop();
    const counts = new Map<string, number>();
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    return {
      kills: times,
      acknowledged: acknowledged.length,
      records: ids.length,
      missing: acknowledged.filter((id) => !counts.has(id)),
      twice: [...counts].filter(([, count]) => count > 1).map(([id]) => id),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Calls one after the other until the connection breaks; notes each answer that came to its end. */
async function callUntilKilled(trestle: Started, stream: boolean, acknowledged: string[]): Promise<void> {
  const body = JSON.stringify({ model: 'sandbox/echo', stream, messages: [{ role: 'user', content: 'still there?' }] });
  const headers = { authorization: `Bearer ${trestle.clientKey}`, 'content-type': 'application/json' };
  for (;;) {
    try {
      const response = await fetch(`${trestle.url}/v1/chat/completions`, { method: 'POST', headers, body });
      const text = await response.text();
      const whole = stream ? text.endsWith('data: [DONE]\n\n') : text.endsWith('}');
      if (response.status === 200 && whole) acknowledged.push(response.headers.get('x-request-id') ?? '');
    } catch {
      return;
    }
  }
}

async function recordIds(trestle: Started): Promise<readonly string[]> {
  const ids: string[] = [];
  let after = '';
  for (;;) {
    const page = await administer<{ data: { id: string }[]; has_more: boolean; next?: string }>(
      trestle,
      `/admin/v1/requests?limit=1000${after}`,
    );
    ids.push(...page.data.map(({ id }) => id));
    if (!page.has_more) return ids;
    after = `&after=${encodeURIComponent(page.next ?? '')}`;
  }
}
