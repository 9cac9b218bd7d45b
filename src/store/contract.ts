import { Failure } from '../core/failure.ts';
import { adjustmentContract } from './contract-adjustments.ts';
import {
  bareEntry,
  exampleKey,
  exampleOrganisation,
  examplePrice,
  exampleProject,
  fullEntry,
  hardStrings,
  recordOf,
  withTenants,
} from './contract-examples.ts';
import { holdsContract } from './contract-holds.ts';
import { limitsContract } from './contract-limits.ts';
import { managementContract } from './contract-management.ts';
import { usageContract } from './contract-usage.ts';
import { usagePageContract } from './contract-usage-pages.ts';
import type { Entry, Key, Listed, Page, Store } from './store.ts';

/** What the promises are written with: Bun's own words, handed in so that this room stays free of the runtime. */
export type Bench = Pick<typeof import('bun:test'), 'test' | 'expect'>;

/** Opens the store of this name: after `close` the same name is the same store, a new name is an empty one. */
export type OpenNamed = (name: string) => Promise<Store>;

/** What every engine promises. */
export function storeContract(bench: Bench, open: OpenNamed): void {
  for (const contract of contracts) contract(bench, open);
}

function tenantsContract({ test, expect }: Bench, open: OpenNamed): void {
  test('organisations and projects are there again after a restart, in the order in which they came', async () => {
    const second = { ...exampleProject, id: 'proj_0', name: "O'Hara 😀" };
    const before = await withTenants(await open('tenants'));
    await before.tenants.createProject(second);
    await before.close();
    const store = await open('tenants');
    expect(await store.tenants.organisations()).toEqual([exampleOrganisation]);
    expect(await store.tenants.projects()).toEqual([exampleProject, second]);
    await store.close();
  });

  test('an id is given to one tenant only, and a project belongs to an organisation that is there', async () => {
    const store = await withTenants(await open('tenants-refused'));
    const lost = { ...exampleProject, id: 'proj_2', organisationId: 'org_none' };
    expect(await failureOf(store.tenants.createOrganisation(exampleOrganisation))).toBe('resource-conflict');
    expect(await failureOf(store.tenants.createProject(exampleProject))).toBe('resource-conflict');
    expect(await failureOf(store.tenants.createProject(lost))).toBe('resource-unknown');
    expect(await store.tenants.projects()).toEqual([exampleProject]);
    await store.close();
  });
}

function keysContract({ test, expect }: Bench, open: OpenNamed): void {
  test('a key is found by its mac and by its id from its creation on, and after a restart', async () => {
    const narrow: Key = { ...exampleKey, id: 'key_2', mac: 'mac-2', models: ['fast', "o'1"], expiresAt: 9_000 };
    const before = await withTenants(await open('keys'));
    await before.keys.create(exampleKey);
    await before.keys.create(narrow);
    expect([before.keys.find('mac-1'), before.keys.find('mac-2')]).toEqual([exampleKey, narrow]);
    await before.close();
    const store = await open('keys');
    expect([store.keys.find('mac-1'), store.keys.find('mac-2')]).toEqual([exampleKey, narrow]);
    expect([await store.keys.get('key_2'), await store.keys.get('key_3')]).toEqual([narrow, undefined]);
    expect(store.keys.find('mac-3')).toBeUndefined();
    await store.close();
  });

  test('a revoked key keeps the time at which it was revoked first, after a restart too', async () => {
    const before = await withTenants(await open('revoke'));
    await before.keys.create(exampleKey);
    expect(await Promise.all([before.keys.revoke('key_1', 5_000), before.keys.revoke('key_1', 6_000)])).toEqual([
      true,
      true,
    ]);
    expect(await before.keys.revoke('key_1', 7_000)).toBe(true);
    expect(await before.keys.revoke('key_none', 7_000)).toBe(false);
    const revoked = { ...exampleKey, revokedAt: 5_000 };
    expect([before.keys.find('mac-1'), await before.keys.get('key_1')]).toEqual([revoked, revoked]);
    await before.close();
    const store = await open('revoke');
    expect(store.keys.find('mac-1')).toEqual(revoked);
    await store.close();
  });

  test('of two keys with one id only the first is created, and none for tenants that are not there', async () => {
    const store = await withTenants(await open('keys-refused'));
    const outcomes = await Promise.all(
      [exampleKey, { ...exampleKey, mac: 'mac-2' }].map((key) => store.keys.create(key).then(() => 'created', kindOf)),
    );
    expect(outcomes).toEqual(['created', 'resource-conflict']);
    expect(await failureOf(store.keys.create({ ...exampleKey, id: 'key_2', mac: 'mac-1' }))).toBe(
      'gateway-storage-failed',
    );
    expect(await failureOf(store.keys.create({ ...exampleKey, id: 'key_3', projectId: 'none' }))).toBe(
      'resource-unknown',
    );
    expect(await store.keys.list({ limit: 10 })).toEqual({ data: [exampleKey] });
    expect(store.keys.find('mac-2')).toBeUndefined();
    await store.close();
  });
}

function keyListContract({ test, expect }: Bench, open: OpenNamed): void {
  test('keys are listed newest first, page by page', async () => {
    const store = await withTenants(await open('key-list'));
    const key = (n: number): Key => ({ ...exampleKey, id: `key_${n}`, mac: `mac-${n}`, createdAt: n % 2 });
    for (const n of [1, 2, 3, 4, 5]) await store.keys.create(key(n));
    expect(await pages((page) => store.keys.list(page), 2)).toEqual([[key(5), key(4)], [key(3), key(2)], [key(1)]]);
    await store.close();
  });

  test('a page of no size, or after no cursor, is refused by its parameter', async () => {
    const store = await open('pages');
    for (const list of [store.keys.list, store.ledger.requests] as const) {
      for (const limit of [0, 1001, 1.5, Number.NaN]) {
        expect(await list({ limit }).then(() => undefined, paramOf)).toBe('limit');
      }
      for (const after of ['', 'x', '-1', "1' or '1'='1", '9'.repeat(40)]) {
        expect(await list({ limit: 1, after }).then(() => undefined, paramOf)).toBe('after');
      }
    }
    await store.close();
  });
}

function pricesContract({ test, expect }: Bench, open: OpenNamed): void {
  test('prices come back oldest first, exact, and an identical one is kept once', async () => {
    const newer = {
      ...examplePrice,
      price: { ...examplePrice.price, from: 5_000, perRequest: 9_007_199_254_740_993n },
    };
    const other = { ...examplePrice, model: '*', price: { ...examplePrice.price, perToken: { cacheWrite: 0n } } };
    const tiers = [{ above: 200_000, perToken: { input: 9_007_199_254_740_993n, output: 0n } }];
    const tiered = { ...examplePrice, price: { ...examplePrice.price, tiers } };
    const rates = { perToken: { input: 1n }, tiers, perUnit: { images: 9_007_199_254_740_993n }, perRequest: 2n };
    const served = {
      ...examplePrice,
      price: { ...examplePrice.price, perUnit: { computeSeconds: 1n, images: 0n }, serviceTiers: { flex: rates } },
    };
    const free = { ...examplePrice, price: { ...examplePrice.price, perToken: {} } };
    const before = await open('prices');
    await before.prices.add([]);
    await before.prices.add([newer, examplePrice, other, tiered, served, free, examplePrice]);
    await before.prices.add([newer, other, tiered, served]);
    await before.close();
    const store = await open('prices');
    expect(await store.prices.all()).toEqual([examplePrice, other, tiered, served, free, newer]);
    const strange = { ...examplePrice, provider: 'strange', price: { ...examplePrice.price, source: 'list@2' } };
    await store.prices.add([strange]);
    expect([await store.prices.has('list@2'), await store.prices.has('list@3')]).toEqual([true, false]);
    expect(await store.prices.of(['strange', 'nobody'])).toEqual([strange]);
    expect(await store.prices.of([examplePrice.provider])).toEqual([examplePrice, other, tiered, served, free, newer]);
    await store.close();
  });
}

function entryContract({ test, expect }: Bench, open: OpenNamed): void {
  test('an entry is told again exactly, whether everything in it is there or only what must be', async () => {
    const store = await open('entry');
    const full = { ...fullEntry, requestId: 'req_2' };
    await store.ledger.append(bareEntry);
    await store.ledger.append(full);
    expect(await store.ledger.requests({ limit: 10 })).toEqual({ data: [recordOf(full), recordOf(bareEntry)] });
    await store.close();
  });

  test('whatever a caller can put into a string comes back as it was', async () => {
    const store = await open('strings');
    const entries = hardStrings.map(
      (text, n): Entry => ({
        ...fullEntry,
        requestId: `req_${n}`,
        requestedModel: text,
        model: text,
        upstreamRequestId: text,
        endUser: text,
        metadata: text,
        tags: [text, text],
        lost: [{ path: text, why: 'unsupported' }],
      }),
    );
    await Promise.all(entries.map((entry) => store.ledger.append(entry)));
    const { data } = await store.ledger.requests({ limit: 100 });
    expect(data.toReversed()).toEqual(entries.map(recordOf));
    await store.close();
  });

  test('amounts above 2^53 lose no digit', async () => {
    const store = await open('amounts');
    const dear = {
      ...fullEntry,
      cost: 9_007_199_254_740_993n,
      usage: { tokens: {}, reportedCost: 9_223_372_036_854_775_807n },
    };
    await store.ledger.append(dear);
    expect(await store.ledger.requests({ limit: 1 })).toEqual({ data: [recordOf(dear)] });
    await store.close();
  });
}

function callContract({ test, expect }: Bench, open: OpenNamed): void {
  test('a call of many attempts is one record, with the cost and the number of all of them', async () => {
    const store = await open('attempts');
    const lost = { ...fullEntry, closing: false, provider: 'groq', cost: 1_000n, overrun: 7n };
    const closing = { ...fullEntry, attempt: 3, cost: 20n };
    await Promise.all([lost, { ...lost, attempt: 2 }, closing].map((entry) => store.ledger.append(entry)));
    expect(await store.ledger.requests({ limit: 10 })).toEqual({
      data: [{ ...recordOf(closing), attempts: 3, cost: 2_020n, overrun: 14n }],
    });
    await store.close();
  });

  test('what a call cost is not told if the price of one of its attempts is unknown', async () => {
    const store = await open('unpriced');
    const { cost: _, ...unpriced } = { ...fullEntry, closing: false };
    await store.ledger.append(unpriced);
    await store.ledger.append({ ...fullEntry, attempt: 2 });
    const { cost: __, ...record } = recordOf({ ...fullEntry, attempt: 2 });
    expect(await store.ledger.requests({ limit: 10 })).toEqual({ data: [record] });
    await store.close();
  });

  test('a call is closed once: a second closing entry is refused, and takes nobody with it', async () => {
    const store = await open('twice');
    const entries = [bareEntry, bareEntry, { ...bareEntry, requestId: 'req_2' }];
    const outcomes = await Promise.all(entries.map((entry) => store.ledger.append(entry).then(() => 'kept', kindOf)));
    expect(outcomes).toEqual(['kept', 'gateway-storage-failed', 'kept']);
    const { data } = await store.ledger.requests({ limit: 10 });
    expect(data.map(({ requestId }) => requestId)).toEqual(['req_2', 'req_1']);
    await store.close();
  });
}

function listContract({ test, expect }: Bench, open: OpenNamed): void {
  test('records are listed newest first, and a page does not move when new ones come', async () => {
    const store = await open('list');
    const append = (n: number): Promise<void> => store.ledger.append({ ...bareEntry, requestId: `req_${n}` });
    await Promise.all(Array.from({ length: 250 }, (_, n) => append(n)));
    const first = await store.ledger.requests({ limit: 100 });
    await append(250);
    const rest = await pages((page) => store.ledger.requests(page), 100, first.next);
    const ids = [first.data, ...rest].flat().map(({ requestId }) => requestId);
    expect(ids).toEqual(Array.from({ length: 250 }, (_, n) => `req_${249 - n}`));
    await store.close();
  });

  test('a list that ends with a full page has no next one', async () => {
    const store = await open('list-end');
    await store.ledger.append(bareEntry);
    expect(await store.ledger.requests({ limit: 1 })).toEqual({ data: [recordOf(bareEntry)] });
    await store.close();
  });
}

function closeContract({ test, expect }: Bench, open: OpenNamed): void {
  test('closing writes what waits; afterwards everything is refused, and the next start goes on where this one ended', async () => {
    const before = await withTenants(await open('close'));
    const appended = Array.from({ length: 50 }, (_, n) =>
      before.ledger.append({ ...bareEntry, requestId: `req_${n}` }),
    );
    await Promise.all([before.close(), before.close(), ...appended]);
    expect(await failureOf(before.ledger.append(bareEntry))).toBe('gateway-storage-failed');
    expect(await failureOf(before.keys.create(exampleKey))).toBe('gateway-storage-failed');
    expect(await failureOf(before.ledger.requests({ limit: 1 }))).toBe('gateway-storage-failed');
    const store = await open('close');
    await store.ledger.append({ ...bareEntry, requestId: 'req_50' });
    const ids = (await store.ledger.requests({ limit: 100 })).data.map(({ requestId }) => requestId);
    expect(ids).toEqual(Array.from({ length: 51 }, (_, n) => `req_${50 - n}`));
    await store.close();
  });
}

async function pages<T>(
  list: (page: Page) => Promise<Listed<T>>,
  limit: number,
  after?: string,
): Promise<(readonly T[])[]> {
  const { data, next } = await list(after === undefined ? { limit } : { limit, after });
  return next === undefined ? [data] : [data, ...(await pages(list, limit, next))];
}

function failureOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => 'none', kindOf);
}

function kindOf(thrown: unknown): string {
  return thrown instanceof Failure ? thrown.kind : `no failure: ${String(thrown)}`;
}

const contracts = [
  ...[tenantsContract, keysContract, keyListContract, pricesContract, entryContract, callContract, listContract],
  ...[usageContract, usagePageContract, adjustmentContract, limitsContract, managementContract, holdsContract],
  closeContract,
];

function paramOf(thrown: unknown): string | undefined {
  return thrown instanceof Failure && thrown.kind === 'request-invalid' ? thrown.details.param : String(thrown);
}
