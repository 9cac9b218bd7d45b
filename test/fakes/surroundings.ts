import { createHmac } from 'node:crypto';
import { priceJump } from '../../src/catalog/price-guard.ts';
import type { Principal } from '../../src/core/call.ts';
import type { Clock, Digest, Ids } from '../../src/core/ports.ts';
import type { Context, ListedModel } from '../../src/management/context.ts';
import { openDesk } from '../../src/management/desk.ts';
import { openHealth } from '../../src/policies/health.ts';
import type { Entry } from '../../src/store/store.ts';
import { fakeInForce, fakeVault } from './in-force.ts';
import { fakeStore } from './store.ts';

/** 2026-11-21T12:00:00Z. */
export const noon = Date.UTC(2026, 10, 21, 12);

export const administrator: Principal = {
  keyId: 'key_admin',
  projectId: 'proj_default',
  organisationId: 'org_1',
  role: 'admin',
};

/** A house with our organisation, its default project, a strange organisation and a clock that stands still at noon. */
export async function fakeContext(changes: Partial<Context> = {}): Promise<Context> {
  const store = fakeStore();
  const vault = fakeVault();
  for (const id of ['org_1', 'org_2']) await store.tenants.createOrganisation({ id, name: id, createdAt: noon });
  await store.tenants.createProject({ id: 'proj_default', organisationId: 'org_1', name: 'default', createdAt: noon });
  return {
    store,
    ids: fakeIds(),
    clock: stoppedClock(noon),
    digest: fakeDigest,
    configuration: await fakeInForce({ store, vault, clock: stoppedClock(noon), text: () => fakeFile }),
    desk: openDesk({ clock: stoppedClock(noon), answers: store.answers, vault }),
    health: openHealth(stoppedClock(noon)),
    models: () => fakeModels,
    priceOf: (provider, model) => fakeModels.find(({ id }) => id === `${provider}/${model}`)?.price,
    priceFor: ({ provider, model }) => fakeModels.find(({ id }) => id === `${provider}/${model}`)?.price,
    priceJump,
    probe: (provider) => Promise.resolve({ outcome: 'accepted', message: `${provider} takes it.`, latencyMs: 5 }),
    principal: administrator,
    ...changes,
  };
}

/** A provider and an alias that are not for the API to change. */
const fakeFile = `
providers: { filed: { type: openai-compatible, base_url: "http://filed.invalid/v1" } }
models: { steady: filed/m }
`;

const fakeModels: readonly ListedModel[] = [
  { id: 'fast', operations: ['chat'] },
  {
    id: 'openai/gpt-5-mini',
    provider: 'openai',
    operations: ['chat'],
    price: { from: 0, source: 'test', perToken: { input: 250_000n, output: 2_000_000n } },
  },
];

/** Time that stands still; nothing may wait for it. */
export function stoppedClock(at: number): Clock {
  return {
    now: () => at,
    monotonic: () => 0,
    after: () => {
      throw new Error('a stopped clock was asked to wait');
    },
  };
}

/** Ids that count. */
export function fakeIds(): Ids {
  let count = 0;
  const next = (): string => String(++count);
  return {
    make: (prefix) => `${prefix}_${next()}`,
    secret: (prefix) => `${prefix}secret-number-${next()}`,
    chance: () => 0,
  };
}

export const fakeDigest: Digest = { mac: (text) => createHmac('sha256', 'pepper').update(text).digest('hex') };

/** A ledger entry of a call that went well, with what a test wants to be different. */
export function fakeEntry(changes: Partial<Entry> = {}): Entry {
  return {
    requestId: 'req_1',
    attempt: 1,
    closing: true,
    keyId: 'key_1',
    projectId: 'proj_default',
    organisationId: 'org_1',
    dialect: 'openai-chat',
    operation: 'chat',
    stream: false,
    requestedModel: 'fast',
    provider: 'openai',
    model: 'gpt-5-mini',
    startedAt: noon,
    endedAt: noon + 250,
    latencyMs: 250,
    status: 200,
    outcome: 'complete',
    usage: { tokens: { input: 10, cachedInput: 5, output: 20 } },
    basis: 'reported',
    cost: 1_500n,
    tags: [],
    lost: [],
    flags: [],
    ...changes,
  };
}
