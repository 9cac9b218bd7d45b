import type { LimitOwner, OwnedLimits } from '../../core/limit.ts';
import type { Key, Limited, LimitedCaller, Limits, PastQuery, PastUse } from '../store.ts';
import { firstOnWall } from './first-entry.ts';
import type { Register } from './register.ts';
import type { KnownTenants } from './tenants.ts';
import { longestWaitMs } from './use-walk.ts';
import { type WalkTools, walkLedger } from './walk.ts';

export interface LimitTools {
  readonly walking: WalkTools;
  readonly keys: Register<Key>;
  readonly tenants: KnownTenants;
}

/** What limits callers: looked up once for each, and again when anybody is changed. */
export function openLimits({ walking, keys, tenants: { organisations, projects } }: LimitTools): Limits {
  const known = new Map<string, Found>();
  let changes = 0;
  const found = (caller: LimitedCaller): Found => ({
    ...caller,
    limits: [
      ...owned({ kind: 'key', id: caller.keyId }, keys.get(caller.keyId)),
      ...owned({ kind: 'project', id: caller.projectId }, projects.get(caller.projectId)),
      ...owned({ kind: 'organisation', id: caller.organisationId }, organisations.get(caller.organisationId)),
    ],
  });
  return {
    of(caller) {
      const now = keys.changes + projects.changes + organisations.changes;
      if (now !== changes) {
        known.clear();
        changes = now;
      }
      const before = known.get(caller.keyId);
      if (before?.projectId === caller.projectId && before.organisationId === caller.organisationId)
        return before.limits;
      const next = found(caller);
      if (keys.get(caller.keyId) !== undefined) known.set(caller.keyId, next);
      return next.limits;
    },
    past: (question) => pastUse(walking, question),
  };
}

interface Found extends LimitedCaller {
  readonly limits: readonly OwnedLimits[];
}

function owned(owner: LimitOwner, limited: (Limited & { readonly name: string }) | undefined): readonly OwnedLimits[] {
  if (limited === undefined) return [];
  const { name, budgets = [], rates = [] } = limited;
  return budgets.length + rates.length === 0 ? [] : [{ owner, name, budgets, rates }];
}

/** Goes through what happened in the window, on the reader's thread. */
async function pastUse(tools: WalkTools, question: PastQuery): Promise<readonly PastUse[]> {
  const first = await firstOnWall(tools.read, question.since - longestWaitMs);
  const [newest] = (await tools.read(newestEntry, [])) as readonly { readonly last: number }[];
  const stretch = { after: Math.max(0, first - 1), upTo: newest?.last ?? 0 };
  return (await Array.fromAsync(walkLedger<PastUse>(tools, { use: question }, stretch))).flat();
}

const newestEntry = 'select ifnull(max(sequence), 0) as last from entries';
