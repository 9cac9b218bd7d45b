import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Path } from '../problems.ts';
import type { LitellmTools } from './litellm-models.ts';

/** `litellm_settings`, `router_settings` and `general_settings`: what is set for all models together. */
export function litellmSettings(tools: LitellmTools, root: JsonObject): void {
  for (const section of ['router_settings', 'litellm_settings', 'general_settings']) {
    const settings = root[section];
    if (settings === undefined || settings === null) continue;
    if (!isJsonObject(settings)) {
      tools.remark([section], 'this is no map; nothing was taken from it.');
      continue;
    }
    for (const [name, value] of Object.entries(settings)) setting(tools, value, [section, name]);
  }
}

function setting(tools: LitellmTools, value: Json, path: Path): void {
  const name = String(path.at(-1));
  const take = Object.hasOwn(taken, name) ? taken[name] : undefined;
  if (take !== undefined) take(tools, value, path);
  else if (!needless.includes(name)) tools.remark(path, remarks[name] ?? remarkOn(name));
}

type Take = (tools: LitellmTools, value: Json, path: Path) => void;

/** In this version every target is tried `retry.attempts` times, the first included. */
const retries: Take = ({ draft, remark }, value, path) => {
  const attempts = Number(value) + 1;
  if (!Number.isSafeInteger(attempts) || attempts < 1) return remark(path, 'this is no number of retries.');
  if (attempts > 10) remark(path, 'at most 9 retries are made.');
  draft.set('retry', 'attempts', Math.min(attempts, 10));
};

const timeout: Take = ({ draft, remark }, value, path) => {
  const ms = Math.round(Number(value) * 1000);
  if (!Number.isSafeInteger(ms) || ms < 1 || ms > 86_400_000)
    return remark(path, 'this is no time from a millisecond to a day.');
  draft.set('limits', 'call_timeout_ms', ms);
};

/** `[{ "gpt-5": ["claude"] }]` */
const fallbacks: Take = (tools, value, path) => {
  if (!Array.isArray(value)) return tools.remark(path, 'this is no list; nothing was taken from it.');
  for (const [index, entry] of value.entries()) {
    for (const [name, others] of Object.entries(isJsonObject(entry) ? entry : {}))
      fallback(tools, { name, others: Array.isArray(others) ? others : [] }, [...path, index, name]);
  }
};

function fallback(
  { draft, remark }: LitellmTools,
  { name, others }: { readonly name: string; readonly others: readonly Json[] },
  path: Path,
): void {
  const known = others.filter((other): other is string => typeof other === 'string' && draft.aliases.has(other));
  const unknown = others.filter((other) => !known.some((one) => one === other));
  if (unknown.length > 0)
    remark(
      path,
      `${unknown.length === 1 ? 'a fallback' : 'fallbacks'} that the file does not define ${unknown.length === 1 ? 'was' : 'were'} left out.`,
    );
  const names = name === '*' ? [...draft.aliases.keys()] : [name];
  if (name !== '*' && !draft.aliases.has(name))
    remark(path, 'there is no alias of this name here; its fallbacks were left out.');
  for (const each of names) {
    for (const other of known) if (other !== each) draft.fallBack(each, other);
  }
}

/** They are for what has no fallbacks of its own. */
const defaults: Take = (tools, value, path) => {
  if (!Array.isArray(value)) return tools.remark(path, 'this is no list; nothing was taken from it.');
  const without = [...tools.draft.aliases].filter(([name, { after }]) => after.length === 0 && !value.includes(name));
  for (const [name] of without) fallback(tools, { name, others: value }, path);
};

/** `{ "gpt-4": "gpt-5" }` */
const groupAliases: Take = ({ draft, remark }, value, path) => {
  for (const [name, to] of Object.entries(isJsonObject(value) ? value : {})) {
    const model = isJsonObject(to) ? to['model'] : to;
    if (typeof model === 'string' && draft.aliases.has(model)) draft.alias(name, [model]);
    else remark([...path, name], 'it leads to no alias of this file; it was left out.');
  }
};

const taken: Readonly<Record<string, Take>> = {
  num_retries: retries,
  request_timeout: timeout,
  timeout,
  fallbacks,
  default_fallbacks: defaults,
  model_group_alias: groupAliases,
  set_verbose: ({ draft }, value) => {
    if (value === true) draft.set('log', 'level', 'debug');
  },
};

/** Trestle does it anyway, or it changes nothing that a caller could notice. */
const needless = [
  'drop_params',
  'telemetry',
  'json_logs',
  'store_model_in_db',
  'routing_strategy_args',
  'enable_pre_call_checks',
];

const cache = 'this version has no cache of its own; a provider’s prompt cache works through it.';
const budgets =
  'budgets are set for keys, projects and organisations: `trestle organisations update ID --budgets JSON`.';
const remarks: Readonly<Record<string, string>> = {
  master_key:
    'set TRESTLE_ADMIN_KEY for the first start, or take the key that it prints; hand out keys with `trestle keys create`.',
  database_url: 'everything is kept in the data directory.',
  cache,
  cache_params: cache,
  routing_strategy: 'there is no balancing: the first target is asked, and the others when it fails.',
  context_window_fallbacks:
    'there are no fallbacks for one kind of failure alone; a request that is too long is told so.',
  content_policy_fallbacks: 'there are no fallbacks for one kind of failure alone.',
  allowed_fails: 'a target that fails is not set aside in this version.',
  cooldown_time: 'a target that fails is not set aside in this version.',
  max_budget: budgets,
  budget_duration: budgets,
  max_parallel_requests:
    'limits are set for keys, projects and organisations: `trestle organisations update ID --rate-limits JSON`.',
  default_team_settings: 'there are projects instead of teams: `trestle projects create`.',
  modify_params: 'a request is never changed silently; what cannot be said is listed in x-trestle-lost.',
};

function remarkOn(name: string): string {
  if (name.includes('callback'))
    return 'nothing is sent to other services; every call is in the ledger: `trestle requests list`.';
  if (name.startsWith('redis_')) return 'everything is kept in SQLite and in memory.';
  return 'this has no equivalent.';
}
