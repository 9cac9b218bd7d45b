import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Path } from '../problems.ts';
import { credential, reference } from './credentials.ts';
import type { Draft, Remark } from './imported.ts';
import { kindMissing, kindNames, vendorOf } from './kinds.ts';
import { leftOf, modelFacts, modelPrice } from './litellm-facts.ts';

export interface LitellmTools {
  readonly draft: Draft;
  readonly remark: Remark;
  /** The kinds of provider that there are. */
  readonly kinds: readonly string[];
}

/** A deployment that leads somewhere here. */
interface Deployment {
  readonly name: string;
  readonly target: string;
  readonly path: Path;
  /** The lower, the earlier it is asked. */
  readonly order: number;
  readonly weight: number;
}

/** `model_list`: a provider for each account that is used, and an alias for each name that callers ask for. */
export function litellmModels(tools: LitellmTools, list: unknown): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) tools.remark(['model_list'], 'this is no list; nothing was taken from it.');
  const deployments = (Array.isArray(list) ? list : []).flatMap(
    (entry, index) => deploymentIn(tools, entry, ['model_list', index]) ?? [],
  );
  const names = new Set(deployments.map(({ name }) => name));
  for (const name of names) {
    const own = deployments
      .filter((each) => each.name === name)
      .toSorted((a, b) => a.order - b.order || b.weight - a.weight);
    nameThem(tools, name, own);
  }
}

function deploymentIn(tools: LitellmTools, entry: unknown, path: Path): Deployment | undefined {
  const { remark } = tools;
  const { model_name: name, litellm_params: params, model_info: facts, ...rest } = isJsonObject(entry) ? entry : {};
  if (typeof name !== 'string' || !isJsonObject(params) || typeof params['model'] !== 'string') {
    remark(path, 'a model_name and litellm_params with a model are wanted here; this entry was left out.');
    return undefined;
  }
  for (const stray of Object.keys(rest)) remark([...path, stray], paramRemarks[stray] ?? 'this has no equivalent.');
  const placed = providerIn(tools, params, [...path, 'litellm_params']);
  if (placed === undefined) return undefined;
  const { provider, model } = placed;
  if (model.includes('*')) return wildcard(tools, { name, provider, path });
  const about = { ...(isJsonObject(facts) ? facts : {}), ...params };
  describe(tools, { provider, model, about, facts }, [...path, isJsonObject(facts) ? 'model_info' : 'litellm_params']);
  const { order, weight } = params;
  if (weight !== undefined) remark([...path, 'litellm_params', 'weight'], weightless);
  return {
    name,
    target: `${provider}/${model}`,
    path,
    order: typeof order === 'number' ? order : Number.POSITIVE_INFINITY,
    weight: typeof weight === 'number' ? weight : 0,
  };
}

const weightless =
  'there is no balancing by weight: of several the heaviest is asked first, and the others when it fails.';

function wildcard(
  { remark }: LitellmTools,
  { name, provider, path }: { readonly name: string; readonly provider: string; readonly path: Path },
): undefined {
  const own = name === `${provider}/*`;
  remark(
    [...path, 'model_name'],
    own
      ? `every model of ${provider} can be asked for as ${provider}/NAME without an alias.`
      : `names with a star have no equivalent; ask for ${provider}/NAME, or for NAME alone where only one provider offers it.`,
  );
}

interface Placed {
  readonly provider: string;
  readonly model: string;
}

/** The entry with this deployment's address and key, and the model behind the provider's name. */
function providerIn({ draft, remark, kinds }: LitellmTools, params: JsonObject, path: Path): Placed | undefined {
  const { vendor, model } = vendorIn(params);
  const mapped = vendor === undefined ? undefined : Object.hasOwn(kindNames, vendor) ? kindNames[vendor] : undefined;
  if (mapped === undefined || !kinds.includes(mapped)) {
    const missing = vendor === undefined ? 'whose model this is, is not said;' : kindMissing(vendor);
    remark([...path, 'model'], `${missing} this entry was left out.`);
    return undefined;
  }
  const settings = settingsIn(params, path, remark);
  const base = settings['base_url'];
  const elsewhere =
    mapped === 'openai' && typeof base === 'string' && !/^https:\/\/([\w-]+\.)?api\.openai\.com\//.test(`${base}/`);
  const provider = draft.provider({ kind: elsewhere ? 'openai-compatible' : mapped, settings });
  return { provider, model };
}

/** `groq/llama-3.3-70b`, `custom_llm_provider: groq`, or a name that is known by itself. */
function vendorIn({ model, custom_llm_provider: said }: JsonObject): {
  readonly vendor: string | undefined;
  readonly model: string;
} {
  const text = String(model);
  const slash = text.indexOf('/');
  const before = slash < 0 ? undefined : text.slice(0, slash);
  if (typeof said === 'string' && said !== '')
    return { vendor: said, model: before === said ? text.slice(slash + 1) : text };
  return before === undefined
    ? { vendor: vendorOf(text), model: text }
    : { vendor: before, model: text.slice(slash + 1) };
}

/** What `litellm_params` say of the account, and remarks on the rest. */
function settingsIn(params: JsonObject, path: Path, remark: Remark): JsonObject {
  const settings: Record<string, Json> = {};
  const headers: Record<string, Json> = {};
  for (const [name, value] of Object.entries(params)) {
    const at = [...path, name];
    const setting = Object.hasOwn(textSettings, name) ? textSettings[name] : undefined;
    if (setting !== undefined && (typeof value === 'string' || typeof value === 'number')) {
      const text = String(value);
      settings[setting] = secretSettings.includes(name)
        ? credential(text, at, remark)
        : reference(text).replace(/\/+$/, '');
    } else if ((name === 'extra_headers' || name === 'headers') && isJsonObject(value)) {
      for (const [header, text] of Object.entries(value)) headers[header] = reference(String(text));
    } else if (name === 'organization' && typeof value === 'string') headers['OpenAI-Organization'] = reference(value);
    else if (!understood.includes(name) && !isFact(name)) remark(at, paramRemarks[name] ?? paramRemark(name));
  }
  return { ...settings, ...(Object.keys(headers).length === 0 ? {} : { headers }) };
}

const textSettings: Readonly<Record<string, string>> = {
  api_key: 'api_key',
  api_base: 'base_url',
  base_url: 'base_url',
  api_version: 'api_version',
  tenant_id: 'tenant_id',
  client_id: 'client_id',
  client_secret: 'client_secret',
};
const secretSettings = ['api_key', 'client_secret'];
/** Looked at elsewhere. */
const understood = ['model', 'custom_llm_provider', 'order', 'weight'];

function isFact(name: string): boolean {
  return name.includes('_cost_per_') || name.endsWith('_token_cost');
}

const noLimits =
  'limits are set for keys, projects and organisations, not for deployments: `trestle keys update ID --rate-limits JSON`.';
const noBudget = 'budgets are set for keys, projects and organisations: `trestle projects update ID --budgets JSON`.';
const paramRemarks: Readonly<Record<string, string>> = {
  rpm: noLimits,
  tpm: noLimits,
  max_parallel_requests: noLimits,
  max_budget: noBudget,
  budget_duration: noBudget,
  timeout: 'there are limits for all models together; limits.call_timeout_ms bounds a call.',
  stream_timeout:
    'there are limits for all models together; limits.head_timeout_ms bounds the wait for an answer to begin.',
  max_retries: 'retries are set for all models together, in retry.attempts.',
  mock_response: 'ask sandbox/echo or sandbox/lorem instead, which answer by themselves.',
  tags: 'there is no routing by tags; give keys the models they may use instead.',
};

function paramRemark(name: string): string {
  return /^(aws|vertex|s3|gcs|azure|watsonx)_/.test(name)
    ? 'this version has no provider that takes it.'
    : 'an alias cannot set members of a request; callers send it themselves.';
}

function describe(
  { draft, remark }: LitellmTools,
  { provider, model, about, facts: said }: Placed & { readonly about: JsonObject; readonly facts: unknown },
  path: Path,
): void {
  const { price, left } = modelPrice(about);
  for (const name of left) remark([...path, name], 'this version meters tokens and calls only.');
  for (const [name, sentence] of leftOf(isJsonObject(said) ? said : {})) remark([...path, name], sentence);
  if (price !== undefined && !draft.describe(provider, 'prices', { model, is: price }))
    remark(path, `${provider}/${model} has another price further up, which was kept.`);
  const facts = modelFacts(about);
  if (facts !== undefined && !draft.describe(provider, 'models', { model, is: facts }))
    remark(path, `${provider}/${model} is described otherwise further up, which was kept.`);
}

/** An alias cannot be named like a model of a provider, and need not where it leads to that very model. */
function nameThem({ draft, remark, kinds }: LitellmTools, name: string, deployments: readonly Deployment[]): void {
  const [first] = deployments;
  if (first === undefined) return;
  const targets = [...new Set(deployments.map(({ target }) => target))];
  const at = [...first.path, 'model_name'];
  if (targets.length === 1 && targets[0] === name) return;
  const [before] = name.includes('/') ? name.split('/') : [];
  const wrong = nameProblem(name, before !== undefined && kinds.includes(before) ? before : undefined);
  if (wrong !== undefined) {
    remark(at, `${wrong}; callers must ask for another, such as ${targets[0]}.`);
    return;
  }
  draft.alias(name, targets);
  const spread = deployments.find((each) => each !== first);
  if (spread !== undefined)
    remark(
      spread.path,
      `${name} has ${deployments.length} deployments; there is no balancing between them: the first is asked, and the others when it fails.`,
    );
}

function nameProblem(name: string, hides: string | undefined): string | undefined {
  if (/[*?\s]/.test(name)) return 'an alias is named without spaces, stars and question marks';
  return hides === undefined ? undefined : `this name would hide a model of the provider ${hides}`;
}
