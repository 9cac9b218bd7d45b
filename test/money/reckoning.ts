import { Database } from 'bun:sqlite';
import type { OwnedLimits } from '../../src/core/limit.ts';
import type { NanoUsd } from '../../src/core/money.ts';
import type { Entry } from '../../src/store/store.ts';
import type { Settled } from './budget-book.ts';
import { priceAt, type Scenario } from './scenario.ts';
import type { Bill, Upstream } from './upstream.ts';
import { windowOf } from './window-name.ts';

/** An entry as it stands on the disk, read by nobody's code but ours. */
export interface BookedEntry extends Settled {
  readonly closing: boolean;
  readonly outcome: Entry['outcome'];
  readonly settlement: string | undefined;
  readonly flags: readonly string[];
}

interface Row {
  readonly request_id: string;
  readonly attempt: number;
  readonly closing: number;
  readonly key_id: string;
  readonly project_id: string;
  readonly organisation_id: string;
  readonly end_user: string | null;
  readonly tags: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly started_at: number;
  readonly outcome: Entry['outcome'];
  readonly settlement: string | null;
  readonly flags: string | null;
  readonly held_at: number | null;
  readonly held: string | null;
  readonly cost: string | null;
  readonly overrun: string | null;
}

const columns = `request_id, attempt, closing, key_id, project_id, organisation_id, end_user, tags, provider, model, started_at, outcome,
  settlement, flags, held_at, cast(held as text) as held, cast(cost as text) as cost, cast(overrun as text) as overrun`;

export function entriesOn(path: string): readonly BookedEntry[] {
  const database = new Database(path, { readonly: true });
  try {
    return database.query<Row, []>(`select ${columns} from entries order by sequence`).all().map(bookedEntry);
  } finally {
    database.close();
  }
}

function bookedEntry(row: Row): BookedEntry {
  return {
    ...{ requestId: row.request_id, attempt: row.attempt, closing: row.closing === 1, keyId: row.key_id },
    ...{ projectId: row.project_id, organisationId: row.organisation_id, startedAt: row.started_at },
    ...{ outcome: row.outcome, settlement: row.settlement ?? undefined },
    ...(row.end_user === null ? {} : { endUser: row.end_user }),
    tags: row.tags === null ? [] : JSON.parse(row.tags),
    flags: row.flags === null ? [] : JSON.parse(row.flags),
    ...(row.provider === null ? {} : { provider: row.provider }),
    ...(row.model === null ? {} : { model: row.model }),
    ...(row.held_at === null ? {} : { heldAt: row.held_at }),
    ...(row.held === null ? {} : { held: BigInt(row.held) }),
    ...(row.cost === null ? {} : { cost: BigInt(row.cost) }),
    ...(row.overrun === null ? {} : { overrun: BigInt(row.overrun) }),
  };
}

export interface Reckoning {
  readonly scenario: Scenario;
  readonly upstream: Upstream;
  /** Ids of calls whose callers have all of their answers. */
  readonly answered: ReadonlySet<string>;
  readonly path: string;
  readonly largest: ReadonlyMap<string, NanoUsd>;
  readonly owners: readonly OwnedLimits[];
}

/** When all is over: our ledger against the vendors' own books, and against what callers have in hand. */
export function reckon(reckoning: Reckoning): readonly string[] {
  const entries = entriesOn(reckoning.path);
  const calls = Map.groupBy(entries, ({ requestId }) => requestId);
  const problems: string[] = [];
  for (const [id, own] of calls) {
    const closing = own.filter((entry) => entry.closing);
    if (closing.length !== 1) problems.push(`${id} has ${closing.length} closing entries`);
    problems.push(...reckonCall(reckoning, id, own));
  }
  for (const id of reckoning.answered) {
    const outcome = calls.get(id)?.find(({ closing }) => closing)?.outcome;
    if (outcome !== 'complete') problems.push(`${id} was answered to its end, and its record says ${outcome}`);
  }
  return [...problems, ...unknown(reckoning, entries), ...beyond(reckoning, entries)];
}

/** I2: whoever was asked is in the ledger, whatever became of the house meanwhile. */
function unknown({ upstream }: Reckoning, entries: readonly BookedEntry[]): readonly string[] {
  const known = new Set(entries.filter(({ attempt }) => attempt > 0).map(callOf));
  return upstream.book
    .filter(({ call }) => !known.has(call))
    .map((bill) => `a vendor was asked for call ${bill.call}, of which the ledger knows nothing: ${Bun.inspect(bill)}`);
}

/** Which call of a caller's an entry is of stands nowhere in it, so callers say it in a tag. */
export const callTag = 'call-';

function callOf({ tags }: Pick<Entry, 'tags'>): number {
  return Number(tags.find((tag) => tag.startsWith(callTag))?.slice(callTag.length) ?? -1);
}

function reckonCall({ upstream, scenario }: Reckoning, id: string, own: readonly BookedEntry[]): readonly string[] {
  const bills = upstream.of(callOf(own[0] ?? { tags: [] }));
  const arrivedAt = own.find(({ closing }) => closing)?.startedAt ?? 0;
  const charged = own.reduce((sum, { cost = 0n, overrun = 0n }) => sum + cost + overrun, 0n);
  const billed = bills.reduce((sum, bill) => sum + (bill.complete ? invoiced(scenario, bill, arrivedAt) : 0n), 0n);
  const isOrphan = own.some(({ settlement }) => settlement === 'expired');
  const isUnbelievable = own.some(({ flags }) => flags.includes('usage-invalid'));
  const story = (): string => Bun.inspect({ id, bills, own }, { depth: 6 });
  if (isOrphan) return [];
  if (charged < billed && !isUnbelievable)
    return [`${id} is charged ${charged}, and ${billed} is on the vendors' invoice: ${story()}`];
  const isPlain = bills.every(({ complete, told, heard, input }) => heard && ((complete && told) || input === 0));
  const isOne = bills.length === own.filter(({ attempt }) => attempt > 0).length;
  if (isPlain && isOne && charged !== billed)
    return [`${id} is charged ${charged}, but the vendors' invoice says ${billed}: ${story()}`];
  return [];
}

/** What stands on the vendor's invoice for it, by the price that was in force when the call came. */
function invoiced(scenario: Scenario, { model, input, cached, output }: Bill, at: number): NanoUsd {
  const { perToken } = priceAt(scenario, model, at);
  const nano = (tokens: number, pico: bigint | undefined): NanoUsd => (BigInt(tokens) * (pico ?? 0n)) / 1_000n;
  return nano(input - cached, perToken.input) + nano(cached, perToken.cachedInput) + nano(output, perToken.output);
}

/** Hard caps against the vendors' own books: what they bill for in a window is within the limit, or recorded as beyond it. */
function beyond({ owners, largest, scenario }: Reckoning, entries: readonly BookedEntry[]): readonly string[] {
  const problems: string[] = [];
  for (const { owner, budgets } of owners)
    for (const budget of budgets) {
      const { match } = budget;
      const isPlain =
        Object.keys(match).length === 0 &&
        budget.mode === 'hard' &&
        budget.window === 'calendar' &&
        budget.createdAt === scenario.startedAt;
      if (!isPlain) continue;
      const sums = new Map<string, NanoUsd>();
      for (const entry of entries) {
        const ids = { key: entry.keyId, project: entry.projectId, organisation: entry.organisationId };
        if (ids[owner.kind] !== owner.id || entry.heldAt === undefined) continue;
        const window = windowOf(budget, entry.heldAt);
        sums.set(window, (sums.get(window) ?? 0n) + (entry.cost ?? 0n));
      }
      for (const [window, sum] of sums)
        if (sum > (largest.get(budget.id) ?? 0n))
          problems.push(`${budget.id} was passed in ${window}: ${sum} of ${largest.get(budget.id)}`);
    }
  return problems;
}
