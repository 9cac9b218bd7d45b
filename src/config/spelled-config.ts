import type { Json, JsonObject } from '../core/json.ts';
import type { KnownModel } from '../core/model-facts.ts';
import type { OpenPlace } from '../core/ports.ts';
import type { Adjust } from '../providers/provider.ts';
import type { Address, Config, ProviderSettings } from './config.ts';
import { spelledPrice } from './spelled-price.ts';

/** What a secret is shown as. */
const hidden = '***';

/** A configuration in the words of the file, whole and without a secret. */
export function spelledConfig(config: Config): JsonObject {
  const { limits, media, retry, budgets, adminListen } = config;
  return {
    listen: spelledAddress(config.listen),
    ...(adminListen === undefined ? {} : { admin_listen: spelledAddress(adminListen) }),
    data: config.data,
    log: { level: config.logLevel },
    limits: {
      max_body_bytes: limits.maxBodyBytes,
      head_timeout_ms: limits.headTimeoutMs,
      idle_timeout_ms: limits.idleTimeoutMs,
      call_timeout_ms: limits.callTimeoutMs,
    },
    media: { max_bytes: media.maxBytes, timeout_ms: media.timeoutMs, allow: media.allow.map(spelledPlace) },
    ...(config.unknownPrice === undefined ? {} : { unknown_price: spelledPrice(config.unknownPrice) }),
    retry: { attempts: retry.attempts, max_delay_ms: retry.maxDelayMs },
    budgets: { min_output_tokens: budgets.minOutputTokens },
    providers: Object.fromEntries(config.providers.map((provider) => [provider.name, spelledProvider(provider)])),
    models: Object.fromEntries(config.aliases.map(({ name, ...alias }) => [name, spelledAlias(alias)])),
  };
}

/** What is other in a configuration than in the one before it, by the names of its parts. */
export function difference(before: Config, next: Config): string {
  return differenceOf(spelledConfig(before), spelledConfig(next)) || 'nothing that is shown is changed';
}

/** The same of what is spelled out already; empty if nothing is other. */
export function differenceOf(before: JsonObject, next: JsonObject): string {
  const [was, is] = [partsOf(before), partsOf(next)];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const changes = names.flatMap((name) => {
    if (!is.has(name)) return [`${name} is gone`];
    if (!was.has(name)) return [`${name} is new`];
    return was.get(name) === is.get(name) ? [] : [`${name} is changed`];
  });
  return changes.join(', ');
}

function partsOf({ providers = {}, models = {}, ...others }: JsonObject): ReadonlyMap<string, string> {
  const named = (part: string, entries: Json): readonly (readonly [string, Json])[] =>
    Object.entries(entries ?? {}).map(([name, entry]) => [`${part}.${name}`, entry]);
  const parts = [...Object.entries(others), ...named('providers', providers), ...named('models', models)];
  return new Map(parts.map(([name, value]) => [name, JSON.stringify(value)]));
}

/** One entry of `providers`, as the file could say it. */
export function spelledProvider(provider: ProviderSettings): JsonObject {
  const { kind, baseUrl, credential, headers, models, described, adjust, prices, free } = provider;
  return {
    type: kind.name,
    ...(kind.builtIn === true ? {} : { base_url: baseUrl }),
    ...(credential === undefined ? {} : { api_key: hidden }),
    ...(headers === undefined ? {} : { headers: mapped(Object.keys(headers), () => hidden) }),
    ...(models === undefined ? {} : { models }),
    ...(described === undefined
      ? {}
      : { models: Object.fromEntries(described.map(({ id, ...facts }) => [id, spelledFacts(facts)])) }),
    ...spelledOwn(provider),
    ...(prices.length === 0
      ? {}
      : { prices: Object.fromEntries(prices.map(({ model, price }) => [model, spelledPrice(price)])) }),
    ...(free === undefined ? {} : { free: spelledFree(free) }),
    ...(adjust === undefined ? {} : { adjust: spelledAdjust(adjust) }),
  };
}

function spelledFree({ requestsPerDay, tokensPerDay }: NonNullable<ProviderSettings['free']>): JsonObject {
  return {
    ...(requestsPerDay === undefined ? {} : { requests_per_day: requestsPerDay }),
    ...(tokensPerDay === undefined ? {} : { tokens_per_day: tokensPerDay }),
  };
}

/** What is known of a model, as the file could say it. */
export function spelledFacts(facts: Omit<KnownModel, 'id'>): JsonObject {
  const { contextTokens, maxOutputTokens, jsonSchema, retiresAt, vision, tools, reasoning, operations } = facts;
  const words = {
    context_window: contextTokens,
    max_output_tokens: maxOutputTokens,
    json_schema: jsonSchema,
    retires: retiresAt === undefined ? undefined : new Date(retiresAt).toISOString().slice(0, 10),
    vision,
    tools,
    reasoning,
    operations,
  };
  return Object.fromEntries(
    Object.entries(words).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** What only some kinds have. */
function spelledOwn({ apiVersion, deployments, identity }: ProviderSettings): JsonObject {
  const application = identity?.kind === 'application' ? identity : undefined;
  const clientId = identity?.clientId;
  return {
    ...(apiVersion === undefined ? {} : { api_version: apiVersion }),
    ...(deployments === undefined ? {} : { deployments }),
    ...(identity?.kind === 'machine' ? { managed_identity: true } : {}),
    ...(application === undefined ? {} : { tenant_id: application.tenantId, client_secret: hidden }),
    ...(clientId === undefined ? {} : { client_id: clientId }),
  };
}

/** One entry of `models`, with other aliases followed to their ends. */
export function spelledAlias({ targets, pinned }: Omit<Config['aliases'][number], 'name'>): JsonObject {
  const [first, ...others] = targets.map(({ provider, model }) => `${provider}/${model}`);
  if (pinned) return { pin: first ?? '' };
  return { targets: [{ model: first ?? '' }], ...(others.length === 0 ? {} : { fallback: others }) };
}

function spelledPlace(place: OpenPlace): string {
  const port = place.port === undefined ? '' : `:${place.port}`;
  if ('host' in place) return `${place.host}${port}`;
  const range = `${place.address}/${place.prefix}`;
  return place.address.includes(':') && port !== '' ? `[${range}]${port}` : `${range}${port}`;
}

function spelledAddress({ hostname, port }: Address): string {
  return hostname.includes(':') ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

function spelledAdjust({ dialects, ...everywhere }: NonNullable<ProviderSettings['adjust']>): JsonObject {
  const one = Object.entries(dialects ?? {}).map(([name, adjust]) => [name, spelledDifferences(adjust)]);
  return { ...spelledDifferences(everywhere), ...(one.length === 0 ? {} : { dialects: Object.fromEntries(one) }) };
}

function spelledDifferences({ without, renamed, usageUnasked, endsUnmarked }: Adjust): JsonObject {
  return {
    ...(without === undefined ? {} : { without }),
    ...(renamed === undefined ? {} : { renamed }),
    ...(usageUnasked === undefined ? {} : { usage_unasked: usageUnasked }),
    ...(endsUnmarked === undefined ? {} : { ends_unmarked: endsUnmarked }),
  };
}

function mapped(names: readonly string[], of: (name: string) => Json): JsonObject {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}
