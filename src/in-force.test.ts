import { expect, test } from 'bun:test';
import { fakeInForce, fakeVault } from '../test/fakes/in-force.ts';
import { fakeStore } from '../test/fakes/store.ts';
import { noon, stoppedClock } from '../test/fakes/surroundings.ts';
import type { Config, ProviderSettings } from './config/config.ts';
import type { Vault } from './core/ports.ts';
import type { InForceTools } from './in-force.ts';
import type { WantedSetting } from './management/configuration.ts';
import { openDesk } from './management/desk.ts';
import type { AuditRecord, PriceRecord, Store } from './store/store.ts';

const told: AuditRecord = {
  id: 'audit_1',
  at: noon,
  actor: 'key_1',
  organisationId: 'org_1',
  procedure: 'providers.create',
  subject: 'up',
  summary: '',
};
const up: WantedSetting = {
  kind: 'provider',
  name: 'up',
  entry: { type: 'openai' },
  secrets: { api_key: 'first-key', headers: { 'x-gate': 'open' } },
  change: 'create',
};
const clock = stoppedClock(noon);
/** The provider as a start with this store and this vault would have it. */
const startedWith = async (store: Store, vault: Vault): Promise<ProviderSettings | undefined> => {
  let found: ProviderSettings | undefined;
  const apply = ({ providers }: Config): void => {
    found = providers.find(({ name }) => name === 'up');
  };
  (await fakeInForce({ store, clock, vault, apply })).begin();
  return found;
};

test('a credential whose key is lost keeps nobody from starting; it is told, and mended by setting it again', async () => {
  const store = fakeStore();
  const first = await fakeInForce({ store, clock, vault: fakeVault() });
  await first.set(up, told);
  const vault = fakeVault();
  const inForce = await fakeInForce({ store, clock, vault });
  expect(await startedWith(store, vault)).toBeUndefined();
  expect(inForce.read().leftOut).toMatchObject([{ place: 'provider up', key: 'api_key' }]);
  expect(inForce.read().providers.find(({ name }) => name === 'up')?.stored).toMatchObject({ version: 1 });
  await inForce.set({ ...up, secrets: { api_key: 'second-key' }, change: 'update' }, { ...told, id: 'audit_2' });
  expect(inForce.read().leftOut).toEqual([]);
  expect((await startedWith(store, vault))?.credential?.reveal()).toBe('second-key');
});

test('of secrets only those that are given are changed, and null takes one out', async () => {
  const store = fakeStore();
  const vault = fakeVault();
  const inForce = await fakeInForce({ store, clock, vault });
  await inForce.set(up, told);
  const change = async (secrets: WantedSetting['secrets']) =>
    await inForce.set(
      { ...up, ...(secrets && { secrets }), change: 'update' },
      { ...told, id: JSON.stringify(secrets) },
    );
  const secrets = async () => {
    const found = await startedWith(store, vault);
    return [found?.credential?.reveal(), found?.headers?.['x-gate']?.reveal()];
  };
  await change({ api_key: 'second-key' });
  expect(await secrets()).toEqual(['second-key', 'open']);
  await change({ headers: null });
  expect(await secrets()).toEqual(['second-key', undefined]);
  await inForce.set({ kind: 'provider', name: 'up', entry: { type: 'openai', models: ['m'] }, change: 'update' }, told);
  expect(await secrets()).toEqual(['second-key', undefined]);
  expect(JSON.stringify(await store.settings.all())).not.toMatch(/second-key|open"/);
});

test('after a rotation everything is sealed with the new key alone, and still opens', async () => {
  const store = fakeStore();
  const vault = fakeVault();
  const inForce = await fakeInForce({ store, clock, vault });
  await inForce.set(up, told);
  const asked = { organisationId: 'org_1', actor: 'key_1', idempotencyKey: 'one', digest: 'digest' };
  const given = { status: 201, body: '{}' };
  const once = () => openDesk({ clock, vault, answers: store.answers }).once(asked, async () => given);
  await once();
  expect(await inForce.rotateVault({ ...told, id: 'audit_2', procedure: 'secrets.rotate' })).toBe(1);
  const [setting] = await store.settings.all();
  expect([setting?.version, vault.isCurrent(setting?.sealed ?? '')]).toEqual([1, true]);
  expect((await startedWith(store, vault))?.credential?.reveal()).toBe('first-key');
  expect(await once()).toEqual({ ...given, replayed: true });
});

test('a store that cannot write leaves in force what was', async () => {
  const store = fakeStore();
  const inForce = await fakeInForce({ store, clock });
  await store.close();
  await expect(inForce.set(up, told)).rejects.toMatchObject({ kind: 'gateway-storage-failed' });
  expect(inForce.read().providers.some(({ name }) => name === 'up')).toBe(false);
});

test('a model stays switched off when the file begins to describe it, and while its provider is gone', async () => {
  const store = fakeStore();
  let text = 'providers: { up: { type: groq, api_key: x } }';
  let config: Config | undefined;
  const apply = (next: Config): void => {
    config = next;
  };
  const off = { provider: 'up', model: 'm', disabled: true } as const;
  const inForce = await fakeInForce({ store, clock, text: () => text, apply });
  await inForce.set({ kind: 'model', name: 'up/m', entry: { tools: true }, disabled: true, change: 'create' }, told);
  expect([config?.overrides, inForce.read().leftOut]).toEqual([[{ ...off, facts: { tools: true } }], []]);
  text = 'providers: { up: { type: groq, api_key: x, models: { m: { tools: false } } } }';
  await inForce.reload({ ...told, id: 'audit_2' });
  expect(config?.overrides).toEqual([{ ...off, facts: {} }]);
  const mistake = expect.stringContaining('trestle.yaml says what is known of this model');
  expect(inForce.read().models).toMatchObject([{ name: 'up/m', stored: { disabled: true, mistake } }]);
  text = '{}';
  await inForce.reload({ ...told, id: 'audit_3' });
  expect([config?.overrides, inForce.read().leftOut.length]).toEqual([[], 1]);
  text = 'providers: { up: { type: groq, api_key: x } }';
  await inForce.reload({ ...told, id: 'audit_4' });
  expect([config?.overrides, inForce.read().leftOut]).toEqual([[{ ...off, facts: { tools: true } }], []]);
  expect(await startedOverrides(store, text)).toEqual(config?.overrides);
});

async function startedOverrides(store: Store, text: string): Promise<Config['overrides'] | undefined> {
  let found: Config['overrides'] | undefined;
  const apply = ({ overrides }: Config): void => {
    found = overrides;
  };
  (await fakeInForce({ store, clock, text: () => text, apply })).begin();
  return found;
}

test('of the prices that are stored those of providers that are there are in force, also of one that comes later', async () => {
  const store = fakeStore();
  const price = { from: 0, perToken: { input: 1n }, source: 'list@1' };
  const priced = (provider: string): PriceRecord => ({ provider, model: 'm', price });
  const [openai, groq, own] = [priced('openai'), priced('groq'), priced('up')];
  await store.prices.add([openai, groq, own, priced('xai')]);
  let inForce: readonly PriceRecord[] = [];
  let readings = 0;
  const prices: Store['prices'] = {
    ...store.prices,
    of(providers) {
      readings += 1;
      return store.prices.of(providers);
    },
  };
  const apply: InForceTools['apply'] = (_, records) => {
    inForce = records;
  };
  const text = (): string => 'providers: { groq: { api_key: groq-key } }';
  const living = await fakeInForce({ store: { ...store, prices }, clock, text, apply });
  living.begin();
  expect(inForce).toEqual([groq]);
  await living.set(up, told);
  expect(inForce).toEqual([openai, groq, own]);
  await living.set(
    { kind: 'alias', name: 'swift', entry: { pin: 'up/m' }, change: 'create' },
    { ...told, id: 'audit_2' },
  );
  expect([inForce, readings]).toEqual([[openai, groq, own], 2]);
  const dearer = { provider: 'groq', model: 'm', price: { ...price, from: 1, source: 'management' } };
  await living.addPrices([dearer], { ...told, id: 'audit_3' });
  expect(inForce).toEqual([openai, groq, own, dearer]);
});
