import { hear } from './doctor-ask.ts';
import { type Finding, good, mend, unknown } from './finding.ts';
import { keyFor, keyGiven, type Server, serverUrl } from './server.ts';
import type { Tools } from './tools.ts';

/** The server as it answers, and whether it knows our keys. */
export interface ServerSeen {
  readonly findings: readonly Finding[];
  /** Where management answered, if it took our key. */
  readonly admin?: Server;
}

type Given = Readonly<Record<string, string>>;

export async function serverFindings(tools: Tools, values: Given): Promise<ServerSeen> {
  const url = serverUrl(tools, values, 'client');
  const alive = await hear(tools, { url: `${url}/healthz`, headers: {} });
  if ('silent' in alive)
    return {
      findings: [
        mend(
          'server',
          `no Trestle answers at ${url}: ${alive.silent}`,
          'start it with `trestle start`, or say where it is with --url or TRESTLE_URL.',
        ),
      ],
    };
  if (alive.status !== 200 || !alive.text.startsWith('alive'))
    return {
      findings: [
        mend(
          'server',
          `what answers at ${url} is no Trestle (status ${alive.status})`,
          'say where it is with --url or TRESTLE_URL.',
        ),
      ],
    };
  const ready = await hear(tools, { url: `${url}/readyz`, headers: {} });
  const state =
    'status' in ready && ready.status === 200
      ? good('server', `it is ready at ${url}`)
      : mend(
          'server',
          `it runs at ${url}, but takes no calls: ${'text' in ready ? ready.text.trim() : ready.silent}`,
          'it is being stopped, or could not open its books: look at its log.',
        );
  const client = await clientFinding(tools, url);
  const { finding: admin, seen } = await adminFinding(tools, values);
  return { findings: [state, client, admin], ...(seen === undefined ? {} : { admin: seen }) };
}

async function clientFinding(tools: Tools, url: string): Promise<Finding> {
  const key = keyFor(tools, 'client');
  if (key === undefined)
    return unknown('client key', 'neither TRESTLE_KEY nor TRESTLE_CLIENT_KEY is set, so that none was tried');
  const heard = await hear(tools, { url: `${url}/v1/models`, headers: bearer(key) });
  if ('status' in heard && heard.status === 200) return good('client key', 'the server takes it');
  return mend(
    'client key',
    refusalIn(heard),
    'take a key that `trestle keys list` shows as valid, or make one: trestle keys create --name NAME',
  );
}

async function adminFinding(
  tools: Tools,
  values: Given,
): Promise<{ readonly finding: Finding; readonly seen?: ServerSeen['admin'] }> {
  const key = keyGiven(tools, values, 'admin');
  if (key === undefined)
    return { finding: unknown('administrator key', 'TRESTLE_ADMIN_KEY is not set, so that management was not tried') };
  const url = serverUrl(tools, values, 'admin');
  const heard = await hear(tools, { url: `${url}/admin/v1/keys?limit=1`, headers: bearer(key) });
  if ('status' in heard && heard.status === 200)
    return { finding: good('administrator key', 'the server takes it'), seen: { url, key } };
  const remedy = 'status' in heard ? adminRemedies[heard.status] : undefined;
  return { finding: mend('administrator key', refusalIn(heard), remedy ?? anotherKey) };
}

const anotherKey = 'start the server once with TRESTLE_ADMIN_KEY set to a new key: it is taken up.';
const adminRemedies: Readonly<Record<number, string>> = {
  403: `this is no administrator's key, or one of few rights; take another, or ${anotherKey}`,
  404: 'management has an address of its own; say so with TRESTLE_ADMIN_URL.',
};

function refusalIn(heard: Awaited<ReturnType<typeof hear>>): string {
  return 'silent' in heard
    ? `it could not be tried: ${heard.silent}`
    : `the server refuses it with status ${heard.status}`;
}

function bearer(key: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${key}` };
}
