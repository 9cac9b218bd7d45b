import { z } from 'zod';
import type { Session } from './session.ts';
import { type Kind, kinds, type Target } from './target.ts';

/** What Trestle's own ledger says about one kind of call. */
export interface Entry {
  readonly requests: number;
  readonly failures: number;
  readonly costUsd: string;
}

/** US dollars per million tokens, as the benchmark configures Trestle. */
export const prices = { input: 0.5, cached_input: 0.05, output: 1.5 } as const;

/** What one answer of the upstream costs at these prices, in nano-dollars: 86 + 128 cached + 172 tokens, or 214 + 198. */
const nanoUsd: Readonly<Record<Kind, bigint>> = {
  whole: 307_400n,
  big: 307_400n,
  'stream-unpaced': 404_000n,
  'stream-paced': 404_000n,
  translated: 307_400n,
  'stream-translated': 404_000n,
};

const usage = z.object({
  data: z.array(
    z.object({ provider: z.string().nullable(), requests: z.number(), failures: z.number(), cost_usd: z.string() }),
  ),
});

/** Asks a running Trestle. Its providers here are named after the kinds. */
export async function readLedger(port: number, adminKey: string): Promise<ReadonlyMap<string, Entry>> {
  const response = await fetch(`http://127.0.0.1:${port}/admin/v1/usage?group_by=provider`, {
    headers: { authorization: `Bearer ${adminKey}` },
  });
  const { data } = usage.parse(await response.json());
  return new Map(data.map((row) => [row.provider ?? '', { ...row, costUsd: row.cost_usd }]));
}

/** A figure without its books is worth nothing: every call that was sent must stand in the ledger once, at its price. */
export async function checkLedger(session: Session, target: Target): Promise<void> {
  if (target.ledger === undefined) return;
  // A record may take five seconds to be seen.
  for (let attempt = 0; ; attempt++) {
    const faults = faultsOf(await target.ledger(), session.sent.get(target.name) ?? new Map());
    if (faults.length > 0 && attempt < 5) {
      await Bun.sleep(1000);
      continue;
    }
    session.book.faults.push(...faults.map((fault) => `${target.name}, ledger: ${fault}`));
    return;
  }
}

/** Compares the ledger with what was sent, by kind. */
export function faultsOf(ledger: ReadonlyMap<string, Entry>, sent: ReadonlyMap<Kind, number>): string[] {
  return kinds.flatMap((kind) => {
    const calls = sent.get(kind) ?? 0;
    const entry = ledger.get(kind) ?? { requests: 0, failures: 0, costUsd: '0' };
    const cost = nanoUsd[kind] * BigInt(calls);
    if (entry.requests === calls && entry.failures === 0 && inNano(entry.costUsd) === cost) return [];
    const { requests, failures, costUsd } = entry;
    return [
      `${kind}: ${calls} calls were answered, ${cost} nano-USD in all; it has ${requests}, ${failures} of them failed, ${costUsd} USD`,
    ];
  });
}

function inNano(usd: string): bigint {
  const [whole = '0', fraction = ''] = usd.split('.');
  return BigInt(whole + fraction.padEnd(9, '0').slice(0, 9));
}
