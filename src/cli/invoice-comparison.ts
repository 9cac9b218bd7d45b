import type { Counted } from './invoice-classes.ts';
import type { Invoice, InvoiceLine } from './invoice-file.ts';

/** What our ledger has of a model and an operation on a day. */
export interface LedgerDay extends Counted {
  readonly day: string;
  readonly model: string;
  readonly operation: string;
  /** What was charged, and what the provider took beyond it. */
  readonly cost: bigint;
  /** What the provider itself said, call by call. */
  readonly reportedCost: bigint;
  /** Calls without a price, whose cost is missing in the sum. */
  readonly unpriced: number;
}

/** A number of the vendor's beside ours. */
export interface ComparedRow {
  readonly day: string;
  /** Without its date; `*` where the report does not tell models apart. */
  readonly model: string;
  /** The vendor's word for a class of usage; `cost` for money. */
  readonly item: string;
  readonly of: 'usage' | 'money';
  readonly theirs: bigint;
  /** Undefined where we count nothing of the kind. */
  readonly ours: bigint | undefined;
  readonly verdict: 'equal' | 'different' | 'not in the ledger' | 'not in the report' | 'not counted here';
  /** The vendor's line items that are summed up in it. */
  readonly items?: readonly string[];
  /** Of money: what the provider said call by call, and how many of our calls have no price. */
  readonly reportedCost?: bigint;
  readonly unpriced?: number;
}

/** How far two numbers may be apart: so much in itself, or so many millionths of the vendor's. */
export interface Tolerance {
  readonly tokens: bigint;
  readonly nanoUsd: bigint;
  readonly perMillion: bigint;
}

/** A model's name without the date or the word behind it: vendors' reports name the version that a general name led to. */
export function modelStem(model: string): string {
  return model.toLowerCase().replace(/-(\d{4}-\d\d-\d\d|\d{8}|latest)$/, '');
}

/** Puts every number of a report beside ours, by day, model and class; what only one of both has, too. */
export function compared(invoice: Invoice, ledger: readonly LedgerDay[], tolerance: Tolerance): readonly ComparedRow[] {
  const own = ledger.filter(({ day }) => invoice.days.includes(day));
  const usage = invoice.lines.filter(({ of }) => of === 'usage');
  const money = invoice.lines.filter(({ of }) => of === 'money');
  return [...usageRows(usage, own, tolerance), ...moneyRows(money, own, tolerance)].toSorted(
    (a, b) => compare(a.day, b.day) || compare(a.model, b.model) || compare(a.item, b.item),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

const all = '*';

function placeOf({ day, model }: Pick<InvoiceLine, 'day' | 'model'>): string {
  return `${day} ${model === undefined ? all : modelStem(model)}`;
}

function usageRows(
  lines: readonly InvoiceLine[],
  own: readonly LedgerDay[],
  tolerance: Tolerance,
): readonly ComparedRow[] {
  const told = Map.groupBy(lines, (line) => `${placeOf(line)} ${line.item}`);
  const rows = [...told.values()].flatMap((group) => usageRow(group, own, tolerance) ?? []);
  return [...rows, ...missingUsage(lines, own, tolerance)];
}

function usageRow(
  group: readonly InvoiceLine[],
  own: readonly LedgerDay[],
  tolerance: Tolerance,
): ComparedRow | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const theirs = sumOf(group);
  const { counted, operation } = first;
  const days = own.filter(
    (day) => placeOf(first) === placeOf(inPlaceOf(first, day)) && (operation ?? day.operation) === day.operation,
  );
  const ours = counted && days.reduce((sum, day) => sum + BigInt(Math.ceil(counted.ours(day))), 0n);
  return row(first, { theirs, ours, isThere: days.length > 0 }, tolerance);
}

/** A day of ours as a report tells it that does not tell models apart. */
function inPlaceOf({ model }: Pick<InvoiceLine, 'model'>, day: LedgerDay): Pick<InvoiceLine, 'day' | 'model'> {
  return model === undefined ? { day: day.day } : day;
}

/** What we counted of the same classes for models that the report does not name. */
function missingUsage(
  lines: readonly InvoiceLine[],
  own: readonly LedgerDay[],
  tolerance: Tolerance,
): readonly ComparedRow[] {
  const named = new Set(lines.map(placeOf));
  const kinds = new Map(
    lines.flatMap((line) => (line.counted === undefined ? [] : [[`${line.operation} ${line.item}`, line]])),
  );
  if (lines.some(({ model }) => model === undefined)) return [];
  const missing = own.filter((day) => !named.has(placeOf(day)));
  return [...Map.groupBy(missing, placeOf).values()].flatMap((days) =>
    [...kinds.values()].flatMap((line) => {
      const ofKind = days.filter(({ operation }) => (line.operation ?? operation) === operation);
      const ours = ofKind.reduce((sum, day) => sum + BigInt(Math.ceil(line.counted?.ours(day) ?? 0)), 0n);
      const [first] = ofKind;
      if (first === undefined || ours === 0n) return [];
      return [
        {
          ...row({ ...line, day: first.day, model: first.model }, { theirs: 0n, ours, isThere: true }, tolerance),
          verdict: 'not in the report' as const,
        },
      ];
    }),
  );
}

function moneyRows(
  lines: readonly InvoiceLine[],
  own: readonly LedgerDay[],
  tolerance: Tolerance,
): readonly ComparedRow[] {
  if (lines.length === 0) return [];
  const wholeDays = lines.every(({ model, item }) => model === undefined && item === 'amount');
  const told = Map.groupBy(lines, (line) =>
    wholeDays || line.model !== undefined ? placeOf(line) : `${line.day} ${line.item}`,
  );
  const rows = [...told.values()].flatMap((group) => moneyRow(group, wholeDays, { own, tolerance }) ?? []);
  if (wholeDays) return rows;
  const missing = own.filter((day) => !told.has(placeOf(day)) && (day.cost !== 0n || day.unpriced > 0));
  const ours = [...Map.groupBy(missing, placeOf).values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          {
            ...moneyOf([first, ...others], { day: first.day, model: modelStem(first.model), theirs: 0n }, tolerance),
            verdict: 'not in the report' as const,
          },
        ],
  );
  return [...rows, ...ours];
}

function moneyRow(
  group: readonly InvoiceLine[],
  wholeDays: boolean,
  { own, tolerance }: { readonly own: readonly LedgerDay[]; readonly tolerance: Tolerance },
): ComparedRow | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const theirs = sumOf(group);
  const isOurs = wholeDays || first.model !== undefined;
  if (!isOurs) return row({ ...first, model: all }, { theirs, ours: undefined, isThere: false }, tolerance);
  const days = own.filter((day) => placeOf(first) === placeOf(inPlaceOf(first, day)));
  const model = first.model === undefined ? all : modelStem(first.model);
  return {
    ...moneyOf(days, { day: first.day, model, theirs }, tolerance),
    items: [...new Set(group.map(({ item }) => item))],
  };
}

function moneyOf(
  days: readonly LedgerDay[],
  { day, model, theirs }: Pick<ComparedRow, 'day' | 'model' | 'theirs'>,
  tolerance: Tolerance,
): ComparedRow {
  const sum = (of: (one: LedgerDay) => bigint): bigint => days.reduce((total, one) => total + of(one), 0n);
  const line = { day, model, item: 'cost', of: 'money' } as const;
  return {
    ...row(line, { theirs, ours: sum(({ cost }) => cost), isThere: days.length > 0 }, tolerance),
    reportedCost: sum(({ reportedCost }) => reportedCost),
    unpriced: days.reduce((total, one) => total + one.unpriced, 0),
  };
}

interface Both {
  readonly theirs: bigint;
  readonly ours: bigint | undefined;
  readonly isThere: boolean;
}

function row(
  { day, model, item, of }: Pick<InvoiceLine, 'day' | 'model' | 'item' | 'of'>,
  { theirs, ours, isThere }: Both,
  tolerance: Tolerance,
): ComparedRow {
  const named = { day, model: model === undefined ? all : modelStem(model), item, of, theirs, ours };
  if (ours === undefined) return { ...named, verdict: 'not counted here' };
  const absolute = of === 'money' ? tolerance.nanoUsd : tolerance.tokens;
  if (isNear(theirs, ours, { absolute, perMillion: tolerance.perMillion })) return { ...named, verdict: 'equal' };
  return { ...named, verdict: isThere ? 'different' : 'not in the ledger' };
}

function isNear(
  theirs: bigint,
  ours: bigint,
  { absolute, perMillion }: { absolute: bigint; perMillion: bigint },
): boolean {
  const apart = magnitude(theirs - ours);
  return apart <= absolute || apart * 1_000_000n <= magnitude(theirs) * perMillion;
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

function sumOf(lines: readonly InvoiceLine[]): bigint {
  return lines.reduce((sum, { amount }) => sum + amount, 0n);
}
