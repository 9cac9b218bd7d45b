import type { Log, LogFields } from '../../src/core/ports.ts';
import { auditRecord } from '../../src/management/audit-record.ts';
import type { WantedSetting } from '../../src/management/configuration.ts';
import type { Context } from '../../src/management/context.ts';
import { procedures } from '../../src/management/index.ts';
import { keyFrom } from '../../src/management/new-key.ts';
import type { Procedure } from '../../src/management/procedure.ts';
import { identify } from '../../src/policies/authenticate.ts';
import { type AdminApp, type AdminOptions, adminApp } from '../../src/transports/http/admin.ts';
import { fakeContext, fakeEntry, fakeIds, noon } from './surroundings.ts';

/** Who may knock: an administrator of the house, one of another organisation, who sees nothing of this one, and whoever is turned away. */
export const callers = {
  administrator: 'tr-administrator-0123456789',
  foreigner: 'tr-foreigner-0123456789',
  client: 'tr-client-0123456789',
  revoked: 'tr-revoked-0123456789',
  expired: 'tr-expired-0123456789',
  stranger: 'tr-stranger-0123456789',
  nobody: undefined,
} as const;
export type Caller = keyof typeof callers;

export interface FakeAdmin {
  readonly app: AdminApp;
  readonly context: Context;
  /** The id of each caller's key. */
  readonly ids: Readonly<Record<string, string>>;
  readonly logged: readonly { readonly message: string; readonly fields: LogFields | undefined }[];
  /** Everything that an operator can change, as it stands. */
  written(): Promise<unknown>;
}

/** The management door over a house in memory, with a key for every kind of caller. */
export async function fakeAdmin(changes: Partial<AdminOptions> = {}): Promise<FakeAdmin> {
  const context = await fakeContext();
  const ids: Record<string, string> = {};
  const apart = { ...fakeIds(), make: (prefix: string) => `${prefix}_apart` };
  const own = { id: 'proj_default', organisationId: 'org_1' };
  const foreign = { id: 'proj_foreign', organisationId: 'org_2' };
  await context.store.tenants.createProject({ ...foreign, name: 'foreign', createdAt: noon });
  const add = async (
    name: keyof typeof callers & ('administrator' | 'client' | 'revoked' | 'expired' | 'foreigner'),
  ) => {
    const project = name === 'foreigner' ? foreign : own;
    const role = name === 'client' ? 'client' : 'admin';
    const key = keyFrom(name === 'foreigner' ? { ...context, ids: apart } : context, {
      secret: callers[name],
      name,
      role,
      project,
    });
    ids[name] = key.id;
    await context.store.keys.create(name === 'expired' ? { ...key, expiresAt: noon } : key);
  };
  await add('foreigner');
  await add('administrator');
  await add('client');
  await add('revoked');
  await add('expired');
  await context.store.keys.revoke(ids['revoked'] ?? '', noon - 1);
  await context.store.ledger.append(fakeEntry());
  const observed = { requestId: 'req_observed', flags: ['would-refuse:rate_1'] };
  await context.store.ledger.append(fakeEntry({ ...observed, startedAt: noon - 1, endedAt: noon }));
  await context.store.events.append([
    { once: 'once', at: noon, kind: 'budget.exceeded', subject: 'key_1', organisationId: 'org_1', body: {} },
  ]);
  const set = async (wanted: WantedSetting): Promise<void> => {
    const told = { procedure: `${wanted.kind}s.create`, subject: wanted.name, summary: 'set for a test' };
    await context.configuration.set(
      wanted,
      auditRecord({ ...context, ids: { ...apart, make: () => `audit_${wanted.name}` } }, told),
    );
  };
  const entry = { type: 'openai-compatible', base_url: 'http://stored.invalid/v1' };
  await set({ kind: 'provider', name: 'stored', entry, secrets: { api_key: 'stored-credential' }, change: 'create' });
  await set({ kind: 'model', name: 'filed/m', entry: { context_window: 4096 }, change: 'create' });
  await set({ kind: 'alias', name: 'swift', entry: { pin: 'filed/m' }, change: 'create' });
  await context.store.prices.add([{ provider: 'stored', model: 'm', price: storedPrice }]);
  const logged: { message: string; fields: LogFields | undefined }[] = [];
  const tools = { keys: context.store.keys, digest: context.digest, clock: context.clock };
  const app = adminApp({
    procedures,
    context,
    authenticate: (credential) => identify(tools, credential),
    dataRoutes: [{ method: 'POST', path: '/v1/chat/completions', operation: 'chat' }],
    log: recordingLog((message, fields) => logged.push({ message, fields })),
    ...changes,
  });
  const written = async (): Promise<unknown> => [
    await context.store.keys.list({ limit: 1000 }),
    await context.store.tenants.organisations(),
    await context.store.tenants.projects(),
    await context.store.prices.all(),
    await context.store.settings.all(),
    await context.store.audit.list({ limit: 1000 }),
  ];
  return { app, context, ids, logged, written };
}

/** A request of this caller for a route such as `GET /admin/v1/keys`, with a JSON body if there is one. */
export function knock(caller: Caller, route: string, body?: unknown): Request {
  const secret = callers[caller];
  const [method, path] = route.split(' ', 2);
  return new Request(`http://127.0.0.1:4142${path}`, {
    method: method ?? 'GET',
    headers: {
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** What this caller sends to ask for a procedure, with its sample. */
export function sampleRequest(procedure: Pick<Procedure, 'name' | 'method' | 'path'>, caller: Caller): Request {
  const input = samples[procedure.name] ?? {};
  const inPath = [...procedure.path.matchAll(/\{(\w+)\}/g)].map(([, field]) => field ?? '');
  const path = procedure.path.replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(input[field])));
  const rest = Object.fromEntries(Object.entries(input).filter(([field]) => !inPath.includes(field)));
  if (procedure.method === 'POST' || procedure.method === 'PATCH')
    return knock(caller, `${procedure.method} ${path}`, rest);
  const texts = Object.entries(rest).map(([field, value]): [string, string] => [field, String(value)]);
  const query = new URLSearchParams(texts).toString();
  return knock(caller, `${procedure.method} ${path}${query === '' ? '' : `?${query}`}`);
}

const storedPrice = { from: noon - 1, perToken: { input: 1_000_000n, output: 2_000_000n }, source: 'management' };

/** An input for each procedure that is served, were the caller allowed to ask. `id` stands in the path. */
export const samples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'keys.create': { name: 'web', models: ['fast'] },
  'keys.list': {},
  'keys.get': { id: 'key_2' },
  'keys.update': { id: 'key_2', name: 'new name' },
  'keys.rotate': { id: 'key_2', keep_old_until: '2026-11-22T00:00:00Z' },
  'keys.revoke': { id: 'key_2' },
  'organisations.create': { name: 'Acme' },
  'organisations.list': {},
  'organisations.get': { id: 'org_1' },
  'organisations.update': { id: 'org_1', name: 'Acme Ltd' },
  'projects.create': { name: 'shop' },
  'projects.list': {},
  'projects.get': { id: 'proj_default' },
  'projects.update': { id: 'proj_default', name: 'main' },
  'providers.list': {},
  'providers.get': { name: 'stored' },
  'providers.create': {
    name: 'new',
    type: 'openai-compatible',
    base_url: 'http://new.invalid/v1',
    api_key: 'new-credential',
  },
  'providers.update': { name: 'stored', models: ['m'] },
  'providers.delete': { name: 'stored' },
  'providers.disable': { name: 'stored' },
  'providers.enable': { name: 'stored' },
  'providers.test': { name: 'stored' },
  'aliases.list': {},
  'aliases.get': { name: 'swift' },
  'aliases.create': { name: 'newest', target: 'stored/m', fallback: ['steady'] },
  'aliases.update': { name: 'swift', pin: 'filed/n' },
  'aliases.delete': { name: 'swift' },
  'prices.list': {},
  'prices.set': { provider: 'stored', model: 'other', input: '1', output: '2' },
  'prices.history': { provider: 'stored', model: 'm' },
  'models.list': {},
  'models.get': { id: 'filed/m' },
  'models.set': { id: 'filed/n', context_window: 8192, disabled: true },
  'models.delete': { id: 'filed/m' },
  'requests.list': {},
  'requests.get': { id: 'req_1' },
  'config.get': {},
  'config.validate': { text: 'listen: 127.0.0.1:1' },
  'config.reload': {},
  'config.history': {},
  'secrets.rotate': {},
  'audit.list': {},
  'usage.list': {},
  'limits.observed': {},
  'ledger.verify': {},
  'ledger.reprice': { from: '2026-11-20T00:00:00Z', to: '2026-11-22T00:00:00Z' },
  'events.list': {},
};

function recordingLog(record: (message: string, fields: LogFields | undefined) => void): Log {
  return { debug: record, info: record, warn: record, error: record };
}
