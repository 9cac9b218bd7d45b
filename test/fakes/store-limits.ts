import type { LimitOwner, OwnedLimits } from '../../src/core/limit.ts';
import { usageClasses } from '../../src/core/usage.ts';
import type { Entry, Limited, Limits, PastQuery, PastUse } from '../../src/store/store.ts';
import type { Memory } from './store-memory.ts';

/** What limits callers, in memory: the same list for as long as nobody is changed. */
export function limitsIn(memory: Memory): Limits {
  const told = new Map<string, readonly OwnedLimits[]>();
  return {
    of({ keyId, projectId, organisationId }) {
      const now = [
        ...owned({ kind: 'key', id: keyId }, memory.keys),
        ...owned({ kind: 'project', id: projectId }, memory.projects),
        ...owned({ kind: 'organisation', id: organisationId }, memory.organisations),
      ];
      const before = told.get(keyId);
      if (before !== undefined && Bun.deepEquals(before, now)) return before;
      told.set(keyId, now);
      return now;
    },
    past: async (question) => pastOf(memory.entries, question),
  };
}

interface Owner extends Limited {
  readonly id: string;
  readonly name: string;
}

function owned(owner: LimitOwner, all: readonly Owner[]): readonly OwnedLimits[] {
  const found = all.find(({ id }) => id === owner.id);
  if (found === undefined) return [];
  const { name, budgets = [], rates = [] } = found;
  return budgets.length + rates.length === 0 ? [] : [{ owner, name, budgets, rates }];
}

function pastOf(entries: readonly Entry[], { owner, match, since, slotMs, limit }: PastQuery): readonly PastUse[] {
  const member = ({ key: 'keyId', project: 'projectId', organisation: 'organisationId' } as const)[owner.kind];
  const own = entries.filter((entry) => entry[member] === owner.id && entry.attempt > 0);
  const placed = own
    .map((entry) => ({ entry, at: admittedBy(entry) }))
    .filter(({ at }) => at >= since)
    .flatMap(({ entry, at }) => valuesOf(entry, match).map((values) => ({ entry, at, values })));
  const slots = Map.groupBy(placed, ({ at, values }) => JSON.stringify([values, Math.floor(at / slotMs)]));
  const uses = [...slots.values()].map((slot): PastUse => {
    const of = slot.map(({ entry }) => entry);
    const calls = match.model === undefined ? of.filter(({ closing }) => closing) : of;
    return {
      at: Math.max(...slot.map(({ at }) => at)),
      values: slot[0]?.values ?? [],
      requests: new Set(calls.map(({ requestId }) => requestId)).size,
      tokens: sum(of.map(({ usage }) => sum(usageClasses.map((name) => usage.tokens[name] ?? 0)))),
      images: sum(of.map(({ usage }) => usage.units?.images ?? 0)),
      audioSeconds: sum(of.map(({ usage }) => usage.units?.audioSeconds ?? 0)),
    };
  });
  return uses.toSorted((a, b) => a.at - b.at).slice(-limit);
}

function admittedBy({ startedAt, closing, firstByteMs, latencyMs }: Entry): number {
  return Math.trunc(startedAt + (closing ? (firstByteMs ?? latencyMs) : 0)) + 1;
}

/** What an entry bears of what a rule tells apart; nothing if the rule is not about it. */
function valuesOf(entry: Entry, { endUser, tag, model }: PastQuery['match']): readonly (readonly string[])[] {
  const target = entry.provider === undefined ? [] : [`${entry.provider}/${entry.model}`];
  const users = entry.endUser === undefined ? [] : [entry.endUser];
  return [matching(endUser, users), matching(tag, entry.tags), matching(model, target)].reduce(
    (all, each) => all.flatMap((values) => each.map((more) => [...values, ...more])),
    [[]],
  );
}

function matching(wanted: string | undefined, values: readonly string[]): readonly (readonly string[])[] {
  if (wanted === undefined) return [[]];
  if (wanted === '*') return values.map((value) => [value]);
  return values.includes(wanted) ? [[]] : [];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
