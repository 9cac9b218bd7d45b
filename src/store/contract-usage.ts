import { usageClasses } from '../core/usage.ts';
import type { Bench, OpenNamed } from './contract.ts';
import { bareEntry, fullEntry, noTokens } from './contract-examples.ts';
import type { Entry, UsageDimension, UsageQuery, UsageRow } from './store.ts';

const day = 86_400_000;
const all = { from: 0, to: 10 * day };

/** What every engine promises of its sums. */
export function usageContract({ test, expect }: Bench, open: OpenNamed): void {
  test('usage sums what began in a span of time, its start included and its end not', async () => {
    const store = await open('usage-span');
    const times = [999, 1_000, 1_999, 2_000];
    await Promise.all(
      times.map((startedAt) =>
        store.ledger.append({ ...fullEntry, requestId: `req_${startedAt}`, startedAt, cost: BigInt(startedAt) }),
      ),
    );
    const tokens = {
      input: 2,
      cachedInput: 4,
      cacheWrite: 6,
      cacheWriteHour: 14,
      audioInput: 8,
      output: 10,
      reasoning: 12,
      audioOutput: 0,
    };
    expect(await store.ledger.usage({ from: 1_000, to: 2_000, groupBy: [] })).toEqual([
      { group: {}, requests: 2, failures: 2, unpriced: 0, cost: 2_999n, tokens },
    ]);
    expect(await store.ledger.usage({ from: 3_000, to: 4_000, groupBy: [] })).toEqual([]);
    expect(await store.ledger.usage({ from: 3_000, to: 4_000, groupBy: ['model'], bucket: 'day' })).toEqual([]);
    await store.close();
  });

  test('sums are exact where a number or 64 bits would not be', async () => {
    const store = await open('usage-amounts');
    const cost = 99_999_999_999_999_999n;
    const append = (n: number): Promise<void> => store.ledger.append({ ...bareEntry, requestId: `req_${n}`, cost });
    await Promise.all(Array.from({ length: 200 }, (_, n) => append(n)));
    expect(await store.ledger.usage({ ...all, groupBy: [] })).toEqual([
      { group: {}, requests: 200, failures: 200, unpriced: 0, cost: cost * 200n, tokens: noTokens },
    ]);
    await store.close();
  });

  test('usage of one organisation leaves out the others', async () => {
    const store = await open('usage-organisation');
    const entries = variedEntries();
    await Promise.all(entries.map((entry) => store.ledger.append(entry)));
    const own = entries.filter(({ organisationId }) => organisationId === 'org_1');
    const query: UsageQuery = { ...all, groupBy: ['key'], organisationId: 'org_1' };
    expect(await store.ledger.usage(query)).toEqual(folded(own, query));
    await store.close();
  });

  test('however usage is grouped, it is the sum of the entries, each where it was spent', async () => {
    const store = await open('usage-groups');
    const entries = variedEntries();
    await Promise.all(entries.map((entry) => store.ledger.append(entry)));
    for (const query of groupings()) {
      expect({ query, rows: await store.ledger.usage(query) }).toEqual({ query, rows: folded(entries, query) });
    }
    await store.close();
  });
}

/** Calls of several keys, models and days; some fell back, some were refused, some have no price. */
function variedEntries(): readonly Entry[] {
  return Array.from({ length: 120 }, (_, n): Entry => {
    const { provider: _provider, model: _model, cost: _cost, ...nameless } = fullEntry;
    const refused = n % 11 === 0;
    return {
      ...nameless,
      ...(refused ? {} : { provider: `provider-${n % 2}`, model: `model-${n % 3}` }),
      ...(n % 5 === 0 ? {} : { cost: BigInt(n) * 1_000_000_007n }),
      requestId: `req_${n - (n % 7 === 1 ? 1 : 0)}`,
      closing: n % 7 !== 0 || n === 119,
      attempt: n % 7 === 1 ? 2 : 1,
      keyId: `key_${n % 4}`,
      organisationId: `org_${n % 3}`,
      endUser: `user_${n % 5}`,
      projectId: `proj_${n % 2}`,
      startedAt: n * 3_333_333,
      outcome: (['complete', 'failed', 'aborted', 'refused'] as const)[n % 4] ?? 'complete',
      usage: { tokens: n % 3 === 0 ? {} : { input: n, output: 2 * n } },
    };
  });
}

function groupings(): readonly UsageQuery[] {
  const dimensions: readonly (readonly UsageDimension[])[] = [
    [],
    ['model'],
    ['provider'],
    ['key'],
    ['project'],
    ['operation'],
    ['user'],
    ['model', 'key'],
    ['project', 'provider', 'operation', 'key', 'model'],
  ];
  return dimensions.flatMap((groupBy): readonly UsageQuery[] => [
    { ...all, groupBy },
    { ...all, groupBy, bucket: 'day' },
    { ...all, groupBy, bucket: 'hour' },
    { ...all, groupBy, bucket: 'minute' },
  ]);
}

const bucketMs = { minute: 60_000, hour: 3_600_000, day };

/** The same sums, taken one entry at a time; in the order of time and then of the names, what has no name first. */
function folded(entries: readonly Entry[], query: UsageQuery): readonly UsageRow[] {
  const rows = new Map<string, UsageRow>();
  for (const entry of entries) {
    const name = JSON.stringify([
      bucketOf(entry, query),
      ...query.groupBy.map((dimension) => nameOf(entry, dimension) ?? ''),
    ]);
    rows.set(name, plus(rows.get(name) ?? emptyRow(entry, query), entry));
  }
  const orderOf = (row: UsageRow): string =>
    [
      String(row.bucketStart ?? 0).padStart(15, '0'),
      ...query.groupBy.map((dimension) => row.group[dimension] ?? ''),
    ].join(' ');
  return [...rows.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function emptyRow(entry: Entry, query: UsageQuery): UsageRow {
  const names = query.groupBy.flatMap((dimension) => {
    const name = nameOf(entry, dimension);
    return name === undefined ? [] : [[dimension, name]];
  });
  const bucketStart = bucketOf(entry, query);
  return {
    ...(bucketStart === undefined ? {} : { bucketStart }),
    group: Object.fromEntries(names),
    requests: 0,
    failures: 0,
    unpriced: 0,
    cost: 0n,
    tokens: noTokens,
  };
}

function plus(row: UsageRow, { closing, outcome, cost, usage }: Entry): UsageRow {
  const tokens = usageClasses.map((name) => [name, row.tokens[name] + (usage.tokens[name] ?? 0)]);
  return {
    ...row,
    requests: row.requests + (closing ? 1 : 0),
    failures: row.failures + (closing && (outcome === 'failed' || outcome === 'refused') ? 1 : 0),
    unpriced: row.unpriced + (cost === undefined ? 1 : 0),
    cost: row.cost + (cost ?? 0n),
    tokens: { ...noTokens, ...Object.fromEntries(tokens) },
  };
}

function bucketOf({ startedAt }: Entry, { bucket }: UsageQuery): number | undefined {
  return bucket === undefined ? undefined : startedAt - (startedAt % bucketMs[bucket]);
}

function nameOf(entry: Entry, dimension: UsageDimension): string | undefined {
  const names = {
    model: entry.model,
    provider: entry.provider,
    key: entry.keyId,
    project: entry.projectId,
    operation: entry.operation,
    user: entry.endUser,
  };
  return names[dimension];
}
