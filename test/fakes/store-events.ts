import type { Event } from '../../src/core/event.ts';
import { limitObserved } from '../../src/core/limit.ts';
import type { EventQuery, EventRecord, OldEvents } from '../../src/store/event.ts';
import type { ObservedQuery, ObservedRow } from '../../src/store/observed.ts';
import type { Entry } from '../../src/store/store.ts';

/** What happened, and its number, from 1. */
export interface KeptEvent {
  readonly event: Event;
  readonly number: number;
}

/** What happened, as a store in memory keeps it: each thing once. */
export function noteEvents(all: KeptEvent[], events: readonly Event[]): void {
  for (const event of events) {
    if (all.some((kept) => kept.event.once === event.once)) continue;
    all.push({ event, number: (all.at(-1)?.number ?? 0) + 1 });
  }
}

export function removeEvents(all: KeptEvent[], { before, most }: OldEvents): number {
  const old = all
    .slice(0, -1)
    .filter(({ event }) => event.at < before && event.body['period'] !== 'total')
    .slice(0, most);
  const kept = all.filter((one) => !old.includes(one));
  all.splice(0, all.length, ...kept);
  return old.length;
}

export function isWantedEvent(event: Event, { organisationId, kind, subject, from, to }: EventQuery): boolean {
  return [
    event.organisationId === (organisationId ?? event.organisationId),
    event.kind === (kind ?? event.kind),
    event.subject === (subject ?? event.subject),
    event.at >= (from ?? event.at),
    event.at < (to ?? Number.POSITIVE_INFINITY),
  ].every(Boolean);
}

export function eventRecord({ event: { once: _, ...told }, number }: KeptEvent): EventRecord {
  return { id: `event_${number}`, ...told };
}

/** Adds up what limits that only observe would have refused. */
export function observedOf(entries: readonly Entry[], query: ObservedQuery): readonly ObservedRow[] {
  const found = new Map<string, { readonly calls: Set<string>; readonly times: number[] }>();
  for (const { flags, keyId, organisationId, requestId, startedAt } of entries) {
    if (startedAt < query.from || startedAt >= query.to) continue;
    if (organisationId !== (query.organisationId ?? organisationId)) continue;
    for (const flag of flags) {
      const limitId = limitObserved(flag);
      if (limitId === undefined) continue;
      const place = JSON.stringify([limitId, keyId]);
      const sum = found.get(place) ?? { calls: new Set(), times: [] };
      found.set(place, sum);
      sum.calls.add(requestId);
      sum.times.push(startedAt);
    }
  }
  const rows = [...found].map(([place, { calls, times }]): ObservedRow => {
    const [limitId, keyId] = JSON.parse(place);
    return { limitId, keyId, calls: calls.size, firstAt: Math.min(...times), lastAt: Math.max(...times) };
  });
  const order = ({ limitId, keyId }: ObservedRow): string => `${limitId} ${keyId}`;
  return rows.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}
