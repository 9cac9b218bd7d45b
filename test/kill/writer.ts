import { writeSync } from 'node:fs';
import { bareEntry, exampleKey, exampleOrganisation, exampleProject } from '../../src/store/contract-examples.ts';
import { openStore } from '../../src/store/open.ts';

/**
 * A process that is made to be killed: writes to the store in the directory it is given as fast as it can, sixteen at a
 * time, and says on its standard output what it was told is durable, one `entry <id>` or `key <id>` a line.
 */
const [directory = '', round = ''] = process.argv.slice(2);
const after = (ms: number, act: () => void): (() => void) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};
const store = await openStore({ directory, clock: { now: Date.now, monotonic: () => performance.now(), after } });
if ((await store.tenants.organisations()).length === 0) await store.tenants.createOrganisation(exampleOrganisation);
if ((await store.tenants.projects()).length === 0) await store.tenants.createProject(exampleProject);

let count = 0;
await Promise.all(Array.from({ length: 16 }, writeForever));

async function writeForever(): Promise<never> {
  for (;;) {
    const number = count;
    count += 1;
    const id = `req_${round}_${number}`;
    await store.ledger.append({ ...bareEntry, requestId: id, startedAt: number });
    acknowledge('entry', id);
    if (number % 50 === 0) await writeKey(number);
  }
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
