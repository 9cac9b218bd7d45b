import type { Entry, Key, Organisation, PriceRecord, Project, RequestRecord, Store, UsageRow } from './store.ts';

/** Small whole values for the contract; each is changed where a promise needs it. */
export const exampleOrganisation: Organisation = { id: 'org_1', name: 'Acme', createdAt: 1_000 };

export const exampleProject: Project = { id: 'proj_1', organisationId: 'org_1', name: 'shop', createdAt: 2_000 };

export const exampleKey: Key = {
  id: 'key_1',
  name: 'web',
  mac: 'mac-1',
  hint: 'tr-abc',
  role: 'client',
  projectId: 'proj_1',
  organisationId: 'org_1',
  createdAt: 3_000,
};

/** An entry in which only what must be there is there. */
export const bareEntry: Entry = {
  requestId: 'req_1',
  attempt: 0,
  closing: true,
  keyId: 'key_1',
  projectId: 'proj_1',
  organisationId: 'org_1',
  dialect: 'openai-chat',
  operation: 'chat',
  stream: false,
  requestedModel: 'fast',
  startedAt: 10_000,
  endedAt: 10_001,
  latencyMs: 1,
  status: 404,
  outcome: 'refused',
  usage: { tokens: {} },
  basis: 'none',
  tags: [],
  lost: [],
  flags: [],
};

/** An entry in which everything that may be there is there. */
export const fullEntry: Entry = {
  ...bareEntry,
  attempt: 1,
  stream: true,
  provider: 'openai',
  model: 'gpt-5-mini',
  firstByteMs: 312.25,
  latencyMs: 512.5,
  status: 200,
  outcome: 'failed',
  failure: 'provider-garbled',
  upstreamStatus: 200,
  upstreamRequestId: 'upstream-1',
  usage: {
    tokens: {
      input: 1,
      cachedInput: 2,
      cacheWrite: 3,
      cacheWriteHour: 7,
      audioInput: 4,
      output: 5,
      reasoning: 6,
      audioOutput: 0,
    },
    units: { images: 2, audioSeconds: 2.5, videoSeconds: 0.001, characters: 3 },
    serviceTier: 'flex',
    reportedCost: 77n,
  },
  basis: 'reported',
  cost: 123n,
  endUser: 'user-1',
  tags: ['a', 'b'],
  metadata: '{"order":1}',
  lost: [{ path: 'tools[1]', why: 'unsupported' }],
  flags: ['usage-estimated'],
};

export const examplePrice: PriceRecord = {
  provider: 'openai',
  model: 'gpt-5-mini',
  price: { from: 0, perToken: { input: 250_000n, output: 2_000_000n }, source: 'configuration' },
};

export const noTokens: UsageRow['tokens'] = {
  input: 0,
  cachedInput: 0,
  cacheWrite: 0,
  cacheWriteHour: 0,
  audioInput: 0,
  output: 0,
  reasoning: 0,
  audioOutput: 0,
};

/** The record of a call that has this one entry. */
export function recordOf({ attempt, closing: _, ...told }: Entry): RequestRecord {
  return { ...told, attempts: attempt };
}

/** Strings that break what was not made for them. */
export const hardStrings: readonly string[] = [
  '',
  ' ',
  "it's",
  '"quoted" `back` \\ %s ? :name $1',
  "'; drop table entries; --",
  'before\u0000after',
  '\u0000',
  '😀 👩‍👩‍👧 𝔘𝔫𝔦',
  'line\nline\r\n\ttab\u2028',
  '\ufeffmark',
  'null',
  '1e3',
  '9007199254740993',
  '[]',
  'é'.repeat(300_000),
];

/** Puts the example tenants into an empty store. */
export async function withTenants(store: Store): Promise<Store> {
  await store.tenants.createOrganisation(exampleOrganisation);
  await store.tenants.createProject(exampleProject);
  return store;
}
