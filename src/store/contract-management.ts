import type { Bench, OpenNamed } from './contract.ts';
import { answersContract } from './contract-answers.ts';
import { eventsContract } from './contract-events.ts';
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
import type { AuditRecord, Entry, RequestQuery, Setting } from './store.ts';

const told = (id: string): AuditRecord => ({
  id,
  at: 9_000,
  actor: 'key_1',
  organisationId: 'org_1',
  procedure: 'things.change',
  subject: 'thing',
  summary: 'changed it',
});

const setting: Setting = {
  kind: 'provider',
  name: 'up',
  entry: { type: 'openai', models: ['a'], prices: { '*': { input: 1 } } },
  sealed: 'v1.sealed',
  disabled: false,
  version: 1,
  createdAt: 1_000,
  updatedAt: 1_000,
};

/** What every engine promises to operators. */
export function managementContract(bench: Bench, open: OpenNamed): void {
  settingsContract(bench, open);
  auditContract(bench, open);
  answersContract(bench, open);
  eventsContract(bench, open);
  changesContract(bench, open);
  filterContract(bench, open);
}

function settingsContract({ test, expect }: Bench, open: OpenNamed): void {
  test('settings are there again after a restart, each once, and gone when they are removed', async () => {
    const before = await open('settings');
    const { sealed: _, ...alias } = { ...setting, kind: 'alias' as const, name: 'up', entry: 'up/a' };
    const odd = hardStrings.map((name, n): Setting => ({ ...setting, name: `${n} ${name}`, entry: { [name]: name } }));
    await before.settings.save([setting, alias]);
    await before.settings.save([{ ...setting, version: 2, disabled: true, updatedAt: 2_000 }]);
    await before.settings.save(odd);
    await before.settings.remove({ kind: 'provider', name: '0 ' });
    await before.settings.remove({ kind: 'provider', name: 'never there' });
    await before.settings.save([]);
    await before.close();
    const store = await open('settings');
    const all = await store.settings.all();
    expect(all.filter(({ name }) => name === 'up')).toEqual([
      alias,
      { ...setting, version: 2, disabled: true, updatedAt: 2_000 },
    ]);
    const byName = (a: Setting, b: Setting): number => (a.name < b.name ? -1 : 1);
    expect(all.filter(({ name }) => name !== 'up').toSorted(byName)).toEqual(odd.slice(1).toSorted(byName));
    await store.close();
  });
}

function auditContract({ test, expect }: Bench, open: OpenNamed): void {
  test('a change and its record are there together, after a restart too', async () => {
    const before = await withTenants(await open('audited'));
    await before.tenants.createOrganisation({ ...exampleOrganisation, id: 'org_2' }, told('audit_1'));
    await before.tenants.createProject({ ...exampleProject, id: 'proj_2' }, told('audit_2'));
    await before.keys.create(exampleKey, told('audit_3'));
    await before.keys.update({ ...exampleKey, name: 'x' }, told('audit_4'));
    await before.keys.revoke('key_1', 5_000, told('audit_5'));
    await before.prices.add([examplePrice], told('audit_6'));
    await before.settings.save([setting], told('audit_7'));
    await before.settings.remove(setting, told('audit_8'));
    await before.audit.append({ ...told('audit_9'), organisationId: 'org_2', procedure: 'others.change' });
    await before.close();
    const store = await open('audited');
    const first = await store.audit.list({ limit: 4 });
    const second = await store.audit.list({ limit: 100, ...(first.next === undefined ? {} : { after: first.next }) });
    const ids = [...first.data, ...second.data].map(({ id }) => id);
    expect(ids).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].map((n) => `audit_${n}`));
    expect(second.data.at(-1)).toEqual(told('audit_1'));
    const own = await store.audit.list({ limit: 100, organisationId: 'org_2' });
    expect(own.data.map(({ id }) => id)).toEqual(['audit_9']);
    const changes = await store.audit.list({ limit: 100, procedures: ['others.change', 'x'], actor: 'key_1' });
    expect(changes.data.map(({ id }) => id)).toEqual(['audit_9']);
    expect(await store.audit.list({ limit: 100, subject: "thing' or '1'='1" })).toEqual({ data: [] });
    await store.close();
  });

  test('a change that is refused leaves no record', async () => {
    const store = await withTenants(await open('audited-refused'));
    await store.tenants.createOrganisation(exampleOrganisation, told('audit_1')).catch(() => undefined);
    await store.keys.update(exampleKey, told('audit_2')).catch(() => undefined);
    await store.keys.revoke('key_none', 1, told('audit_3'));
    await store.keys.create(exampleKey);
    await store.keys.create({ ...exampleKey, id: 'key_2' }, told('audit_4')).catch(() => undefined);
    await store.tenants.updateProject({ ...exampleProject, id: 'none' }, told('audit_5')).catch(() => undefined);
    expect(await store.audit.list({ limit: 10 })).toEqual({ data: [] });
    await store.close();
  });
}

function changesContract({ test, expect }: Bench, open: OpenNamed): void {
  test('renamed and archived tenants are what they were changed to, after a restart too', async () => {
    const before = await withTenants(await open('tenants-changed'));
    await before.tenants.updateOrganisation({ ...exampleOrganisation, name: "O'Hara" });
    await before.tenants.updateProject({ ...exampleProject, name: 'old shop', archivedAt: 7_000 });
    await before.close();
    const store = await open('tenants-changed');
    expect(await store.tenants.organisations()).toEqual([{ ...exampleOrganisation, name: "O'Hara" }]);
    expect(await store.tenants.projects()).toEqual([{ ...exampleProject, name: 'old shop', archivedAt: 7_000 }]);
    await store.tenants.updateProject(exampleProject);
    expect(await store.tenants.projects()).toEqual([exampleProject]);
    await store.close();
  });

  test('a key with a new secret is found by the old one until that ends, after a restart too', async () => {
    const rotated = { ...exampleKey, mac: 'mac-2', previous: { mac: 'mac-1', expiresAt: 8_000 } };
    const before = await withTenants(await open('rotated'));
    await before.keys.create(exampleKey);
    await before.keys.update(rotated);
    await before.close();
    const store = await open('rotated');
    expect([store.keys.find('mac-2'), store.keys.find('mac-1')]).toEqual([rotated, { ...rotated, expiresAt: 8_000 }]);
    const ending = { ...rotated, expiresAt: 7_000 };
    await store.keys.update(ending);
    expect(store.keys.find('mac-1')).toEqual(ending);
    const { previous: _, ...again } = { ...rotated, mac: 'mac-3' };
    await store.keys.update(again);
    expect([store.keys.find('mac-1'), store.keys.find('mac-2'), store.keys.find('mac-3')]).toEqual([
      undefined,
      undefined,
      again,
    ]);
    await store.close();
  });

  test('keys are listed of one organisation or project', async () => {
    const store = await withTenants(await open('keys-of'));
    await store.tenants.createProject({ ...exampleProject, id: 'proj_2' });
    await store.keys.create(exampleKey);
    await store.keys.create({ ...exampleKey, id: 'key_2', mac: 'mac-2', projectId: 'proj_2' });
    const ids = async (query: object) => (await store.keys.list({ limit: 10, ...query })).data.map(({ id }) => id);
    expect(await ids({ projectId: 'proj_1' })).toEqual(['key_1']);
    expect(await ids({ organisationId: 'org_1' })).toEqual(['key_2', 'key_1']);
    expect(await ids({ organisationId: 'org_2' })).toEqual([]);
    await store.close();
  });
}

const filters: readonly Omit<RequestQuery, 'limit'>[] = [
  {},
  { organisationId: 'org_1' },
  { projectId: 'proj_1' },
  { keyId: 'key_1' },
  { provider: 'provider-1' },
  { model: 'model-2' },
  { requestedModel: 'asked-1' },
  { statusClass: 2 },
  { statusClass: 4 },
  { statusClass: 5 },
  { outcome: 'complete' },
  { outcome: 'aborted' },
  { failure: 'provider-failed' },
  { tag: "it's" },
  { tag: 'none' },
  { from: 20_000, to: 60_000 },
  { keyId: 'key_2', statusClass: 5, outcome: 'failed', failure: 'provider-failed', from: 10_000 },
];

function filterContract({ test, expect }: Bench, open: OpenNamed): void {
  test('records are those that are asked for, page by page', async () => {
    const store = await open('filtered');
    const entries = variedCalls();
    await Promise.all(entries.map((entry) => store.ledger.append(entry)));
    for (const filter of filters) {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.ledger.requests({ ...filter, limit: 7, ...(after === undefined ? {} : { after }) });
        found.push(...page.data.map(({ requestId }) => requestId));
        after = page.next;
      } while (after !== undefined);
      const wanted = entries.filter((entry) => isWanted(entry, filter)).map(({ requestId }) => requestId);
      expect({ filter, found }).toEqual({ filter, found: wanted.toReversed() });
    }
    await store.close();
  });

  test('one call is told with all its entries, the closing one last', async () => {
    const store = await open('story');
    const lost = { ...fullEntry, closing: false, provider: 'groq', cost: 1_000n };
    const closing = { ...fullEntry, attempt: 2 };
    for (const entry of [lost, { ...bareEntry, requestId: 'req_2' }, closing]) await store.ledger.append(entry);
    expect(await store.ledger.request('req_1')).toEqual({
      record: { ...recordOf(closing), attempts: 2, cost: 1_123n },
      entries: [lost, closing],
    });
    expect(await store.ledger.request("req_1' or '1'='1")).toBeUndefined();
    const own = await store.ledger.request('req_1', { keyId: closing.keyId });
    expect(own?.entries).toEqual([lost, closing]);
    expect(await store.ledger.request('req_1', { keyId: 'key_other' })).toBeUndefined();
    await store.close();
  });
}

function variedCalls(): readonly Entry[] {
  return Array.from({ length: 60 }, (_, n): Entry => {
    const { provider: _p, model: _m, failure: _f, ...nameless } = fullEntry;
    const outcome = (['complete', 'complete', 'failed', 'aborted', 'refused'] as const)[n % 5] ?? 'complete';
    return {
      ...nameless,
      requestId: `req_${n}`,
      outcome,
      status: { complete: 200, failed: 502, aborted: 499, refused: 404 }[outcome],
      ...(outcome === 'refused' ? {} : { provider: `provider-${n % 2}`, model: `model-${n % 3}` }),
      ...(outcome === 'failed' ? { failure: 'provider-failed' as const } : {}),
      requestedModel: `asked-${n % 4}`,
      keyId: `key_${n % 3}`,
      projectId: `proj_${n % 2}`,
      organisationId: `org_${n % 2}`,
      startedAt: n * 1_000,
      tags: n % 7 === 0 ? ["it's", 'b'] : [],
    };
  });
}

function isWanted(entry: Entry, { statusClass, tag, from = 0, to = Infinity, ...names }: Omit<RequestQuery, 'limit'>) {
  return (
    Object.entries(names).every(([name, value]) => Reflect.get(entry, name) === value) &&
    (statusClass === undefined || Math.floor(entry.status / 100) === statusClass) &&
    (tag === undefined || entry.tags.includes(tag)) &&
    entry.startedAt >= from &&
    entry.startedAt < to
  );
}
