import { Failure } from '../../core/failure.ts';
import type { Clock } from '../../core/ports.ts';
import { unhurried } from '../../core/unhurried.ts';
import { partsOfUnit, unitClasses, unitClassNames, usageClasses, usageClassNames } from '../../core/usage.ts';
import type { Listed, Page, UsageDimension, UsageQuery, UsageRow } from '../store.ts';
import { demandLimit, noCursor } from './page.ts';
import type { Reader } from './reader.ts';
import { type AmountName, amountNames, measureNames } from './reports/measures.ts';
import type { SumAnswer, SumPlace, SumRows } from './reports/question.ts';

export interface UsageTools {
  readonly reader: Pick<Reader, 'sum'>;
  readonly clock: Clock;
}

/**
 * Sums over all attempts that began in a span of time, each where it was spent: what a call cost at a first provider
 * before it fell back stands under that provider. Calls and failures are counted by closing entries. A call with several tags
 * counts under each of them.
 */
export async function sumUsage({ reader, clock }: UsageTools, query: UsageQuery): Promise<readonly UsageRow[]> {
  const groupBy = [...new Set(query.groupBy)];
  const answer = withinMost(await reader.sum({ ...query, groupBy }));
  return await unhurried(clock, answer.bucketStarts, (_, row) => usageRow(answer, groupBy, row));
}

/** The same page by page, in the order of time and then of names. A cursor is what the last row is of, so that it holds whatever comes between. */
export async function listUsage(
  { reader, clock }: UsageTools,
  query: UsageQuery,
  { limit, after }: Page,
): Promise<Listed<UsageRow>> {
  demandLimit(limit);
  const groupBy = [...new Set(query.groupBy)];
  const place = after === undefined ? {} : { after: placeAt(after, { ...query, groupBy }) };
  const answer = withinMost(await reader.sum({ ...query, groupBy }, { limit, ...place }));
  const data = await unhurried(clock, answer.bucketStarts, (_, row) => usageRow(answer, groupBy, row));
  return { data, ...(answer.more ? { next: cursorOf(answer, groupBy.length) } : {}) };
}

/** The place of the last row. */
function cursorOf({ bucketStarts, names }: SumRows, dimensions: number): string {
  const own = dimensions === 0 ? [] : names.slice(-dimensions);
  return Buffer.from(JSON.stringify([bucketStarts.at(-1) ?? null, ...own] satisfies SumPlace)).toString('base64url');
}

function placeAt(after: string, { groupBy, bucket }: UsageQuery): SumPlace {
  const place = placeIn(after);
  if (!Array.isArray(place) || place.length !== groupBy.length + 1) throw noCursor(after);
  const [start, ...names]: readonly unknown[] = place;
  const bucketStart = typeof start === 'number' && Number.isSafeInteger(start) ? start : null;
  if (start !== bucketStart || (start === null) !== (bucket === undefined)) throw noCursor(after);
  return [bucketStart, ...names.map((name) => nameIn(name, after))];
}

function nameIn(name: unknown, after: string): string | null {
  if (name === null || typeof name === 'string') return name;
  throw noCursor(after);
}

function placeIn(after: string): unknown {
  try {
    return JSON.parse(Buffer.from(after, 'base64url').toString());
  } catch {
    throw noCursor(after);
  }
}

function withinMost(answer: SumAnswer): SumRows {
  if (!('most' in answer)) return answer;
  throw new Failure(
    'request-invalid',
    `This usage has more than ${answer.most} rows; ask for a shorter time, a longer bucket or fewer groups.`,
    { param: 'bucket' },
  );
}

function usageRow(
  { bucketStarts, names, sums }: SumRows,
  dimensions: readonly UsageDimension[],
  row: number,
): UsageRow {
  const bucketStart = bucketStarts[row] ?? null;
  const group: { [Dimension in UsageDimension]?: string } = {};
  for (const [at, dimension] of dimensions.entries()) {
    const name = names[row * dimensions.length + at] ?? null;
    if (name !== null) group[dimension] = name;
  }
  const own = sums.subarray(row * measureNames.length, (row + 1) * measureNames.length);
  return {
    ...(bucketStart === null ? {} : { bucketStart }),
    group,
    requests: own[places.requests] ?? 0,
    failures: own[places.failures] ?? 0,
    unpriced: own[places.unpriced] ?? 0,
    cost: amountAt(own, places.cost),
    overrun: amountAt(own, places.overrun),
    adjusted: amountAt(own, places.adjusted),
    reportedCost: amountAt(own, places.reportedCost),
    units: counts(own, places.units),
    tokens: counts(own, places.tokens),
  };
}

/** Where the sums of a row stand, looked up once: an answer may have thousands of rows. */
const places = {
  requests: measureNames.indexOf('requests'),
  failures: measureNames.indexOf('failures'),
  unpriced: measureNames.indexOf('unpriced'),
  cost: amountPlaces('cost'),
  overrun: amountPlaces('overrun'),
  adjusted: amountPlaces('adjusted'),
  reportedCost: amountPlaces('reported_cost'),
  units: unitClasses.map((name) => ({
    ...{ name, at: measureNames.indexOf(unitClassNames[name]), parts: partsOfUnit[name] },
  })),
  tokens: usageClasses.map((name) => ({ name, at: measureNames.indexOf(usageClassNames[name]), parts: 1 })),
};

function amountPlaces(name: AmountName): readonly [dollars: number, nanos: number] {
  const [dollars, nanos] = amountNames(name);
  return [measureNames.indexOf(dollars), measureNames.indexOf(nanos)];
}

function amountAt(sums: Float64Array, [dollars, nanos]: readonly [number, number]): bigint {
  const whole = sums[dollars] ?? 0;
  const rest = BigInt(sums[nanos] ?? 0);
  return whole === 0 ? rest : BigInt(whole) * 1_000_000_000n + rest;
}

interface CountPlace<Name extends string> {
  readonly name: Name;
  readonly at: number;
  readonly parts: number;
}

function counts<Name extends string>(
  sums: Float64Array,
  wanted: readonly CountPlace<Name>[],
): { readonly [Key in Name]: number } {
  const found: { [key: string]: number } = {};
  for (const { name, at, parts } of wanted) found[name] = (sums[at] ?? 0) / parts;
  // A member for each name that there is.
  return found as { readonly [Key in Name]: number };
}
