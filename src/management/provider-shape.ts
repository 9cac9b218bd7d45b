import { z } from 'zod';
import type { ProviderHealth } from '../core/health.ts';
import type { JsonObject } from '../core/json.ts';
import type { EntryInForce } from './configuration.ts';
import { healthShape, spellHealth } from './health-shape.ts';
import { settingFields, spellSetting } from './setting-shape.ts';

const text = z.string().min(1).max(2_000);
const secret = z.string().min(1).max(8_192);
const anyJson = z.unknown().describe('As the configuration file has it.');
const map = z.record(z.string().max(512), anyJson);

/** What can be said of a provider, in the words of the configuration file; the file's own checks follow. */
export const providerFields = {
  type: text.describe('The kind of provider; by default its name.'),
  base_url: text.describe("Where it is; by default the vendor's own address."),
  models: z
    .union([z.array(z.string().max(512)).max(10_000), map])
    .describe('What it offers, or what is known of its models.'),
  prices: z.record(z.string().max(512), map).describe('USD per million tokens, by model; `*` for all others.'),
  adjust: map.describe("How its spelling differs from its kind's."),
  api_version: text,
  deployments: z.record(z.string().max(512), text).describe('Models and what they are called there.'),
  tenant_id: text,
  client_id: text,
};

/** What of it is secret: sealed in the store, and never told. */
export const secretFields = {
  api_key: secret,
  headers: z.record(z.string().max(200), secret).describe('Sent with every request.'),
  client_secret: secret,
};

export const providerShape = z
  .object({
    ...settingFields,
    type: z.string(),
    base_url: z.string().nullable(),
    disabled: z.boolean(),
    has_credential: z.boolean(),
    headers: z.array(z.string()).describe('Their names.'),
    models: z.union([z.array(z.string()), z.record(z.string(), anyJson)]).nullable(),
    prices: z.record(z.string(), z.record(z.string(), z.string())).nullable(),
    adjust: z.record(z.string(), anyJson).nullable(),
    api_version: z.string().nullable(),
    deployments: z.record(z.string(), z.string()).nullable(),
    tenant_id: z.string().nullable(),
    client_id: z.string().nullable(),
    managed_identity: z.boolean(),
    health: healthShape,
  })
  .meta({ title: 'Provider' });

/** The entry is as the configuration spells it: what is not in force may lack anything. */
export function spellProvider(
  provider: EntryInForce,
  health: ProviderHealth | undefined,
): z.input<typeof providerShape> {
  const { entry, name, stored } = provider;
  const disabled = stored?.disabled ?? false;
  return {
    ...spellSetting(provider),
    type: textIn(entry, 'type') ?? name,
    base_url: textIn(entry, 'base_url') ?? null,
    disabled,
    has_credential: ['api_key', 'client_secret', 'managed_identity'].some((field) => entry[field] !== undefined),
    headers: Object.keys(entry['headers'] ?? {}),
    ...(Object.fromEntries(plain.map((field) => [field, entry[field] ?? null])) as Plain),
    managed_identity: entry['managed_identity'] === true,
    health: spellHealth(health, { disabled }),
  };
}

const plain = ['models', 'prices', 'adjust', 'api_version', 'deployments', 'tenant_id', 'client_id'] as const;
type Plain = Pick<z.input<typeof providerShape>, (typeof plain)[number]>;

function textIn(entry: JsonObject, field: string): string | undefined {
  const value = entry[field];
  return typeof value === 'string' ? value : undefined;
}
