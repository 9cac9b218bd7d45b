import type { Log, LogFields } from '../../src/core/ports.ts';
import type { Context } from '../../src/management/context.ts';
import { procedures } from '../../src/management/index.ts';
import { keyFrom } from '../../src/management/new-key.ts';
import { identify } from '../../src/policies/authenticate.ts';
import { type AdminApp, type AdminOptions, adminApp } from '../../src/transports/http/admin.ts';
import { fakeContext, noon } from './surroundings.ts';

/** Who may knock. All but `administrator` must be turned away. */
export const callers = {
  administrator: 'tr-administrator-0123456789',
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
  const project = { id: 'proj_default', organisationId: 'org_1' };
  const add = async (name: 'administrator' | 'client' | 'revoked' | 'expired'): Promise<void> => {
    const role = name === 'client' ? 'client' : 'admin';
    const key = keyFrom(context, { secret: callers[name], name, role, project });
    ids[name] = key.id;
    await context.store.keys.create(name === 'expired' ? { ...key, expiresAt: noon } : key);
  };
  await add('administrator');
  await add('client');
  await add('revoked');
  await add('expired');
  await context.store.keys.revoke(ids['revoked'] ?? '', noon - 1);
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
    await context.store.tenants.projects(),
    await context.store.prices.all(),
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

/** An input for each procedure that is served, were the caller allowed to ask. `id` stands in the path. */
export const samples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'keys.create': { name: 'web', models: ['fast'] },
  'keys.list': {},
  'keys.get': { id: 'key_2' },
  'keys.revoke': { id: 'key_2' },
  'projects.create': { name: 'shop' },
  'projects.list': {},
  'models.list': {},
  'requests.list': {},
  'usage.list': {},
};

function recordingLog(record: (message: string, fields: LogFields | undefined) => void): Log {
  return { debug: record, info: record, warn: record, error: record };
}
