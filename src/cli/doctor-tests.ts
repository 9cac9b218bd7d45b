import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { Probe } from '../providers/probe.ts';
import { hear } from './doctor-ask.ts';
import { healthFindings } from './doctor-health.ts';
import { probedFinding } from './doctor-providers.ts';
import { type Finding, mend, unknown } from './finding.ts';
import { plain } from './plain.ts';
import type { Server } from './server.ts';
import type { Tools } from './tools.ts';

/**
 * Has the server show each of its providers' credentials to its vendor: those that operators have added too, and on the way that
 * calls go; and tells which of them calls have lately failed at. Undefined if this server cannot.
 */
export async function providerTests(tools: Tools, server: Server): Promise<readonly Finding[] | undefined> {
  const list = await asked(tools, server, { method: 'GET', path: '/admin/v1/providers?limit=1000' });
  const all = Array.isArray(list?.['data']) ? list['data'].filter(isJsonObject) : undefined;
  if (all === undefined) return undefined;
  const tests = await Promise.all(all.flatMap((provider) => providerTest(tools, server, provider) ?? []));
  return [...tests, ...all.flatMap(healthFindings)];
}

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/** What answers within the house has nothing to show. */
function providerTest(tools: Tools, server: Server, provider: JsonObject): Promise<Finding> | undefined {
  const { name, base_url: baseUrl, disabled, mistake } = provider;
  if (typeof name !== 'string' || typeof baseUrl !== 'string') return undefined;
  const about = `provider ${plain(name)}`;
  if (disabled === true) return Promise.resolve(unknown(about, `it is switched off: trestle providers enable ${name}`));
  if (typeof mistake === 'string')
    return Promise.resolve(mend(about, `it is not in force: ${mistake}`, `trestle providers update ${name}`));
  return tested(tools, server, name);
}

async function tested(tools: Tools, server: Server, name: string): Promise<Finding> {
  const path = `/admin/v1/providers/${encodeURIComponent(name)}/test`;
  const { outcome, message } = (await asked(tools, server, { method: 'POST', path })) ?? {};
  if (!isOutcome(outcome) || typeof message !== 'string')
    return unknown(`provider ${plain(name)}`, 'the server could not try it');
  return probedFinding(name, { outcome, message });
}

function isOutcome(word: unknown): word is Probe['outcome'] {
  return word === 'accepted' || word === 'refused' || word === 'unreachable' || word === 'undecided';
}

/** What management answers; undefined if that is no success. */
export async function asked(
  tools: Tools,
  { url, key }: Server,
  { method, path }: Asked,
): Promise<JsonObject | undefined> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const heard = await hear(tools, {
    method,
    url: `${url}${path}`,
    headers,
    ...(method === 'POST' ? { body: '{}' } : {}),
  });
  if ('silent' in heard || heard.status !== 200) return undefined;
  try {
    const body: unknown = JSON.parse(heard.text);
    return isJsonObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
