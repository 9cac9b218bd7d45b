import { writeSync } from 'node:fs';
import { bareEntry, exampleKey, exampleOrganisation, exampleProject } from '../../src/store/contract-examples.ts';
import { exampleBudget } from '../../src/store/contract-money.ts';
import { openStore } from '../../src/store/open.ts';

/**
 * A process that is made to be killed: holds and spends money in the store in the directory it is given as fast as it can, sixteen
 * attempts at a time, and says on its standard output what it was told is durable, one `entry <id>`, `held <id>` or `key <id>` a
 * line. Some attempts never come to an end, some come to nothing, and some are checkpointed on the way.
 */
const [directory = '', round = ''] = process.argv.slice(2);
const after = (ms: number, act: () => void): (() => void) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};
const store = await openStore({ directory, clock: { now: Date.now, monotonic: () => performance.now(), after } });
const limit = 10n ** 15n;
if ((await store.tenants.organisations()).length === 0) await store.tenants.createOrganisation(exampleOrganisation);
if ((await store.tenants.projects()).length === 0) {
  const each = { ...exampleBudget, id: 'budget_user', limit, match: { endUser: '*' } };
  await store.tenants.createProject({ ...exampleProject, budgets: [each] });
}
if ((await store.keys.get(exampleKey.id)) === undefined) {
  const month = { ...exampleBudget, id: 'budget_month', limit, period: 'month' } as const;
  const rolling = { ...exampleBudget, id: 'budget_rolling', limit, period: 'hour', window: 'rolling' } as const;
  await store.keys.create({ ...exampleKey, budgets: [month, rolling] });
}

let count = 0;
let appended = 0;
await Promise.all(Array.from({ length: 16 }, writeForever));

async function writeForever(): Promise<never> {
  for (;;) {
    const number = count;
    count += 1;
    const id = `req_${round}_${number}`;
    await attempt(id, number);
    if (number % 50 === 0) await writeKey(number);
  }
}

async function attempt(id: string, number: number): Promise<void> {
  const now = Date.now();
  const draft = {
    ...bareEntry,
    requestId: id,
    attempt: 1,
    startedAt: now,
    endedAt: now,
    cost: 1n,
    endUser: `u${number % 7}`,
  };
  const hold = store.holds.place({ entry: draft, fit: () => 1_000n });
  await hold.durable;
  acknowledge('held', id);
  if (number % 11 === 0) return store.holds.release(hold);
  if (number % 5 === 0) store.holds.checkpoint(hold, 50n);
  if (number % 13 === 0) return;
  // The order of appending, so that a hole in it can be seen.
  const entry = { ...draft, latencyMs: appended, cost: BigInt(number % 1_000) };
  appended += 1;
  await store.ledger.append(entry, hold);
  acknowledge('entry', id);
}

async function writeKey(number: number): Promise<void> {
  const id = `key_${round}_${number}`;
  await store.keys.create({ ...exampleKey, id, mac: `mac-of-${id}` });
  acknowledge('key', id);
}

/** At once and whole: what is said must not wait in a buffer that dies with us. */
function acknowledge(kind: string, id: string): void {
  writeSync(1, `${kind} ${id}\n`);
}
