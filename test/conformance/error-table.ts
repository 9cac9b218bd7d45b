import type { JsonObject } from '../../src/core/json.ts';
import { openCrossing } from './crossing.ts';
import { exactJson, objectOf } from './facts/exact-json.ts';
import type { Table } from './grid-run.ts';
import { type Wire, type WireName, wires } from './wires.ts';

interface VendorError {
  readonly status: number;
  readonly openai: readonly [type: string, code: string | null];
  readonly anthropic: string;
}

/** What vendors say when something is wrong, each in its own words. */
const errors: readonly VendorError[] = [
  { status: 400, openai: ['invalid_request_error', null], anthropic: 'invalid_request_error' },
  { status: 401, openai: ['invalid_request_error', 'invalid_api_key'], anthropic: 'authentication_error' },
  { status: 403, openai: ['invalid_request_error', null], anthropic: 'permission_error' },
  { status: 404, openai: ['invalid_request_error', 'model_not_found'], anthropic: 'not_found_error' },
  { status: 413, openai: ['invalid_request_error', null], anthropic: 'request_too_large' },
  { status: 429, openai: ['tokens', 'rate_limit_exceeded'], anthropic: 'rate_limit_error' },
  { status: 500, openai: ['server_error', null], anthropic: 'api_error' },
  { status: 503, openai: ['server_error', null], anthropic: 'overloaded_error' },
  { status: 529, openai: ['server_error', null], anthropic: 'overloaded_error' },
];

/** What a caller hears when a vendor says so. */
export async function errorTable(door: Wire): Promise<Table> {
  const vendors = Object.values(wires);
  const rows: Table['rows'][number][] = [];
  for (const error of errors) {
    const verdicts: string[] = [];
    for (const { name } of vendors) verdicts.push(await heard(door, name, error));
    rows.push({ feature: String(error.status), verdicts });
  }
  return { door: door.name, columns: vendors.map(({ name }) => `a vendor of ${name}`), rows };
}

async function heard(door: Wire, vendor: WireName, error: VendorError): Promise<string> {
  const pieces = [JSON.stringify(bodyOf(vendor, error))];
  const headers = { 'content-type': 'application/json' };
  const crossing = await openCrossing(() => ({ status: error.status, headers, pieces }));
  const provider = vendor === 'openai-chat' ? 'gpt' : 'claude';
  const { status, text } = await crossing.cross(door, door.question(`${provider}/some-model`, false));
  await crossing.house.close();
  const { type, code } = objectOf(objectOf(exactJson(text))['error']);
  return `${status} \`${String(type)}\`${typeof code === 'string' && code !== type ? `, \`${code}\`` : ''}`;
}

function bodyOf(vendor: WireName, { openai: [type, code], anthropic }: VendorError): JsonObject {
  const message = 'Something is wrong.';
  if (vendor === 'openai-chat') return { error: { message, type, param: null, code } };
  return { type: 'error', error: { type: anthropic, message }, request_id: 'req_1' };
}
