import { administer, type Started } from '../started.ts';

/** A call as `GET /admin/v1/requests` tells it. */
export interface Row {
  readonly id: string;
  readonly requested_model: string;
  readonly model: string | null;
  readonly provider: string | null;
  readonly stream: boolean;
  readonly status: number;
  readonly outcome: 'complete' | 'failed' | 'aborted' | 'refused';
  readonly failure: string | null;
  readonly usage: {
    readonly tokens: { readonly input: number; readonly output: number };
    readonly basis: 'reported' | 'estimated' | 'none';
  };
  readonly cost_usd: string | null;
  readonly attempts: number;
  readonly lost: readonly { readonly path: string; readonly why: string }[];
  readonly flags: readonly string[];
  readonly upstream_status: number | null;
  readonly upstream_request_id: string | null;
  readonly latency_ms: number;
  readonly first_byte_ms: number | null;
}

interface Page {
  readonly data: readonly Row[];
  readonly next?: string | null;
}

/** All records of a running Trestle, newest first. */
export async function rowsOf(trestle: Started): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let after = '';
  for (;;) {
    const page: Page = await administer<Page>(trestle, `/admin/v1/requests?limit=1000${after}`);
    rows.push(...page.data);
    if (page.next === undefined || page.next === null) return rows;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

/** The records of these calls by id, once all are there: an error is on record soon after it was told, not before. */
export async function rowsFor(trestle: Started, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Row[]>> {
  let found: ReadonlyMap<string, readonly Row[]> = new Map();
  await becomes(async () => {
    found = Map.groupBy(await rowsOf(trestle), ({ id }) => id);
    return ids.every((id) => found.has(id));
  }, 5_000);
  return found;
}

/** Asks again until it holds, for so long; answers whether it does. */
export async function becomes(holds: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > until) return false;
    await Bun.sleep(10);
  }
  return true;
}
