import { byUnit, usageClasses } from '../core/usage.ts';
import type { Bench, OpenNamed } from './contract.ts';
import { bareEntry, fullEntry, noTokens } from './contract-examples.ts';
import type { Entry, UsageDimension, UsageQuery, UsageRow } from './store.ts';

const day = 86_400_000;
const all = { from: 0, to: 10 * day };

/** What every engine promises of its sums. */
export function usageContract(bench: Bench, open: OpenNamed): void {
  const { test, expect } = bench;
  spanContract(bench, open);
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
      {
        ...{ group: {}, requests: 2, failures: 2, unpriced: 0, cost: 2_999n, overrun: 0n, adjusted: 0n },
        ...{ reportedCost: 2n * (fullEntry.usage.reportedCost ?? 0n), tokens },
        units: { images: 4, audioSeconds: 5, videoSeconds: 0.002, characters: 6, computeSeconds: 0 },
      },
    ]);
    expect(await store.ledger.usage({ from: 3_000, to: 4_000, groupBy: [] })).toEqual([]);
    expect(await store.ledger.usage({ from: 3_000, to: 4_000, groupBy: ['model'], bucket: 'day' })).toEqual([]);
    await store.close();
  });

  test('sums are exact where a number or 64 bits would not be', async () => {
    const store = await open('usage-amounts');
    const cost = 99_999_999_999_999_999n;
    const append = (n: number): Promise<void> =>
      store.ledger.append({ ...bareEntry, requestId: `req_${n}`, cost, overrun: cost });
    await Promise.all(Array.from({ length: 200 }, (_, n) => append(n)));
    expect(await store.ledger.usage({ ...all, groupBy: [] })).toEqual([
      {
        ...{ group: {}, requests: 200, failures: 200, unpriced: 0, cost: cost * 200n },
        ...{ overrun: cost * 200n, adjusted: 0n, reportedCost: 0n },
        ...{ tokens: noTokens, units: noUnits },
      },
    ]);
    await store.close();
  });

  test('usage of one organisation leaves out the others', async () => {
    const store = await open('usage-organisation');
    const entries = variedEntries();
    await Promise.all(entries.map((entry) => store.ledger.append(entry)));
    const own = entries.filter(({ organisationId }) => organisationId === 'org_1');
    for (const groupBy of [['key'], ['user', 'tag'], ['tag']] as const) {
      const query: UsageQuery = { ...all, groupBy, organisationId: 'org_1' };
      expect(await store.ledger.usage(query)).toEqual(folded(own, query));
    }
    expect(await store.ledger.usage({ ...all, groupBy: [], organisationId: 'org_9' })).toEqual([]);
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

function spanContract({ test, expect }: Bench, open: OpenNamed): void {
  test('however its span of time lies over hours and days, usage is the sum of what began in it', async () => {
    const store = await open('usage-edges');
    const entries = variedEntries();
    await Promise.all(entries.map((entry) => store.ledger.append(entry)));
    const spans = [
      { from: 0, to: 2 * day },
      { from: 1, to: 2 * day },
      { from: day - 1, to: 3 * day + 1 },
      { from: 3_333_333, to: 3_333_334 },
      { from: 50_000_000, to: 60_000_000 },
      { from: 50_000_000, to: 350_000_000 },
    ];
    const queries = spans.flatMap((span): readonly UsageQuery[] => [
      { ...span, groupBy: ['key'] },
      { ...span, groupBy: ['tag'], bucket: 'day' },
      { ...span, groupBy: ['user', 'model'], bucket: 'hour' },
    ]);
    for (const query of queries) {
      const own = entries.filter(({ startedAt }) => startedAt >= query.from && startedAt < query.to);
      expect({ query, rows: await store.ledger.usage(query) }).toEqual({ query, rows: folded(own, query) });
    }
    await store.close();
  });

  test('what corrected prices change counts where and when the attempt does', async () => {
    const store = await open('usage-adjusted');
    const { cost: _cost, ...unpriced } = fullEntry;
    const entries = [unpriced, { ...fullEntry, requestId: 'req_2', endUser: 'user-2' }];
    for (const entry of entries) await store.ledger.append(entry);
    const told = { requestId: 'req_1', attempt: 1, source: 'test', at: 20_000, batch: 'batch_1' };
    await store.ledger.adjust([
      { ...told, entry: 1, number: 1, delta: 5_000_000_007n, reason: 'priced' },
      { ...told, entry: 1, number: 2, delta: -7n, reason: 're-priced' },
      { ...told, entry: 2, number: 1, requestId: 'req_2', delta: -23n, reason: 're-priced' },
    ]);
    const rows = await store.ledger.usage({ ...all, groupBy: ['user'], bucket: 'minute' });
    expect(
      rows.map(({ group, requests, cost, adjusted, unpriced: left }) => [group.user, requests, cost, adjusted, left]),
    ).toEqual([
      ['user-1', 1, 5_000_000_000n, 5_000_000_000n, 0],
      ['user-2', 1, 100n, -23n, 0],
    ]);
    await store.close();
  });
}

const noUnits = byUnit(() => 0);

/** Calls of several keys, models and days; some fell back, some were refused, some have no price. */
export function variedEntries(): readonly Entry[] {
  return Array.from({ length: 120 }, (_, n): Entry => {
    const { provider: _provider, model: _model, cost: _cost, ...nameless } = fullEntry;
    const refused = n % 11 === 0;
    return {
      ...nameless,
      ...(refused ? {} : { provider: `provider-${n % 2}`, model: `model-${n % 3}` }),
      ...(n % 5 === 0 ? {} : { cost: BigInt(n) * 1_000_000_007n }),
      ...(n % 6 === 1 ? { overrun: BigInt(n) * 2_000_000_011n } : {}),
      requestId: `req_${n - (n % 7 === 1 ? 1 : 0)}`,
      closing: n % 7 !== 0 || n === 119,
      attempt: n % 7 === 1 ? 2 : 1,
      keyId: `key_${n % 4}`,
      organisationId: `org_${n % 3}`,
      endUser: `user_${n % 5}`,
      projectId: `proj_${n % 2}`,
      tags: [[], ['a'], ['b', 'a'], ['c', 'c']][n % 4] ?? [],
      startedAt: n * 3_333_333,
      outcome: (['complete', 'failed', 'aborted', 'refused'] as const)[n % 4] ?? 'complete',
      usage: {
        tokens: n % 3 === 0 ? {} : { input: n, output: 2 * n },
        ...(n % 4 === 0 ? { units: { images: n, audioSeconds: n / 4 }, reportedCost: BigInt(n) } : {}),
        ...(n % 5 === 0 ? {} : { serviceTier: n % 5 === 1 ? 'flex' : 'default' }),
      },
    };
  });
}

export function groupings(): readonly UsageQuery[] {
  const dimensions: readonly (readonly UsageDimension[])[] = [
    [],
    ['model'],
    ['provider'],
    ['key'],
    ['project'],
    ['operation'],
    ['user'],
    ['tag'],
    ['serviceTier'],
    ['serviceTier', 'tag', 'model'],
    ['model', 'key'],
    ['tag', 'user'],
    ['model', 'tag', 'key'],
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

/** The same sums, taken one entry at a time, once for each of its tags if these are told apart; in the order of time and then of the names, what has no name first. */
export function folded(entries: readonly Entry[], query: UsageQuery): readonly UsageRow[] {
  const rows = new Map<string, UsageRow>();
  for (const entry of query.groupBy.includes('tag') ? entries.flatMap(perTag) : entries) {
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

function perTag(entry: Entry): readonly Entry[] {
  return entry.tags.length === 0 ? [entry] : [...new Set(entry.tags)].map((tag) => ({ ...entry, tags: [tag] }));
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
    overrun: 0n,
    adjusted: 0n,
    reportedCost: 0n,
    units: noUnits,
    tokens: noTokens,
  };
}

function plus(row: UsageRow, { closing, outcome, cost, overrun, usage }: Entry): UsageRow {
  const tokens = usageClasses.map((name) => [name, row.tokens[name] + (usage.tokens[name] ?? 0)]);
  return {
    ...row,
    requests: row.requests + (closing ? 1 : 0),
    failures: row.failures + (closing && (outcome === 'failed' || outcome === 'refused') ? 1 : 0),
    unpriced: row.unpriced + (cost === undefined ? 1 : 0),
    cost: row.cost + (cost ?? 0n),
    overrun: row.overrun + (overrun ?? 0n),
    reportedCost: row.reportedCost + (usage.reportedCost ?? 0n),
    units: byUnit((name) => row.units[name] + (usage.units?.[name] ?? 0)),
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
    tag: entry.tags[0],
    serviceTier: entry.usage.serviceTier,
  };
  return names[dimension];
}
