import type { Adjustment, BookedEntry, BookedQuery } from '../../src/store/adjustment.ts';
import type { Entry } from '../../src/store/store.ts';

/** Entries with what they cost by now. */
export function adjustedEntries(entries: readonly Entry[], adjustments: readonly Adjustment[]): readonly Entry[] {
  if (adjustments.length === 0) return entries;
  const byEntry = Map.groupBy(adjustments, ({ entry }) => entry);
  return entries.map((entry, index) => {
    const own = byEntry.get(index + 1);
    if (own === undefined) return entry;
    const adjusted = own.reduce((sum, { delta }) => sum + delta, 0n);
    return { ...entry, cost: (entry.cost ?? 0n) + adjusted, adjusted };
  });
}

/** As the ledger lists them. */
export function bookedOf(
  entries: readonly Entry[],
  adjustments: readonly Adjustment[],
  query: BookedQuery,
): readonly BookedEntry[] {
  const { after = { startedAt: -1, sequence: -1 } } = query;
  return adjustedEntries(entries, adjustments)
    .map((entry, index) => ({ entry, sequence: index + 1 }))
    .filter(({ entry }) => entry.startedAt >= query.from && entry.startedAt < query.to && entry.basis !== 'none')
    .filter(({ entry }) => (query.organisationId ?? entry.organisationId) === entry.organisationId)
    .filter(({ entry }) => (query.provider ?? entry.provider) === entry.provider)
    .filter(({ entry }) => (query.model ?? entry.model) === entry.model)
    .toSorted((a, b) => a.entry.startedAt - b.entry.startedAt || a.sequence - b.sequence)
    .filter(
      ({ entry, sequence }) =>
        entry.startedAt > after.startedAt || (entry.startedAt === after.startedAt && sequence > after.sequence),
    )
    .flatMap(({ entry, sequence }) => bookedEntry(entry, sequence, adjustments) ?? [])
    .slice(0, query.limit);
}

function bookedEntry(entry: Entry, sequence: number, adjustments: readonly Adjustment[]): BookedEntry | undefined {
  const { requestId, attempt, operation, startedAt, endedAt, provider, model, basis, cost, flags } = entry;
  const { held, overrun = 0n, adjusted = 0n, settlement } = entry;
  if (provider === undefined || model === undefined) return undefined;
  const { reportedCost: _, ...usage } = entry.usage;
  return {
    ...{ sequence, requestId, attempt, operation, startedAt, endedAt, provider, model, basis, usage, flags },
    ...(cost === undefined ? {} : { cost: cost + overrun }),
    capped: cost !== undefined && held !== undefined && cost - adjusted === held,
    ...(settlement === undefined ? {} : { settlement }),
    adjustments: adjustments.filter((one) => one.entry === sequence).length,
  };
}
