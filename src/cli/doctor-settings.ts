import { isJsonObject, type Json } from '../core/json.ts';
import { asked } from './doctor-tests.ts';
import { beware, type Finding } from './finding.ts';
import { plain } from './plain.ts';
import type { Server } from './server.ts';
import type { Tools } from './tools.ts';

/** What the server's configuration leads to nowhere. Nothing is found if it cannot be read with this key. */
export async function settingFindings(tools: Tools, server: Server): Promise<readonly Finding[]> {
  const { warnings } = (await asked(tools, server, { method: 'GET', path: '/admin/v1/config' })) ?? {};
  return Array.isArray(warnings) ? warnings.filter(isJsonObject).map(warningFinding) : [];
}

function warningFinding({ key, message, place }: { readonly [member: string]: Json }): Finding {
  const remedy = `it is set in ${text(place)}; trestle models list shows what is switched off, trestle models set MODEL --disabled false switches it on`;
  return beware(plain(text(key)), plain(text(message)), plain(remedy));
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : 'something';
}
