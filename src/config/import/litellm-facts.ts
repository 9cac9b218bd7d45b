import type { Json, JsonObject } from '../../core/json.ts';

/** LiteLLM's USD per token -> our USD per million tokens. */
const perToken: Readonly<Record<string, string>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cached_input',
  cache_creation_input_token_cost: 'cache_write',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'audio_input',
  output_cost_per_audio_token: 'audio_output',
};

/** What `model_info` and `litellm_params` say of a model's price, and which prices have no equivalent. */
export function modelPrice(about: JsonObject): {
  readonly price: JsonObject | undefined;
  readonly left: readonly string[];
} {
  const names = Object.keys(about).filter((name) => name.includes('_cost_per_') || name.endsWith('_token_cost'));
  const price: Record<string, Json> = {};
  const left: string[] = [];
  for (const name of names) {
    const amount = Number(about[name]);
    const to = Object.hasOwn(perToken, name)
      ? perToken[name]
      : name === 'input_cost_per_request'
        ? 'request'
        : undefined;
    if (to === undefined || about[name] === null || !Number.isFinite(amount)) left.push(name);
    else price[to] = to === 'request' ? amount : perMillion(amount);
  }
  const some = price['input'] !== undefined || price['request'] !== undefined;
  return { price: some ? price : undefined, left: some ? left : names };
}

/** Twelve digits are more than any price has, and fewer than a double's noise. */
function perMillion(amount: number): number {
  return Number((amount * 1_000_000).toPrecision(12));
}

const facts: Readonly<Record<string, string>> = {
  max_input_tokens: 'context_window',
  max_output_tokens: 'max_output_tokens',
  supports_vision: 'vision',
  supports_function_calling: 'tools',
  supports_response_schema: 'json_schema',
  supports_reasoning: 'reasoning',
};

/** What is known of a model besides; undefined if nothing is. */
export function modelFacts(about: JsonObject): JsonObject | undefined {
  const known = Object.entries(facts).flatMap(([name, to]) => {
    const value = about[name];
    const fits =
      to.endsWith('tokens') || to === 'context_window'
        ? Number.isSafeInteger(value) && Number(value) > 0
        : typeof value === 'boolean';
    return fits && value !== undefined ? [[to, value] as const] : [];
  });
  const all = [...known, ...(about['mode'] === 'embedding' ? [['operations', ['embed']] as const] : [])];
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/** What of `model_info` is neither taken nor idle, with the reason. */
export function leftOf(info: JsonObject): readonly (readonly [name: string, sentence: string])[] {
  return Object.entries(info).flatMap(([name, value]) => {
    if (Object.hasOwn(facts, name) || idle.test(name) || name.includes('_cost_per_') || name.endsWith('_token_cost'))
      return [];
    if (name === 'mode' && modes.includes(String(value))) return [];
    return [[name, infoRemarks[name] ?? 'this has no equivalent.'] as const];
  });
}

const modes = ['chat', 'completion', 'embedding', 'responses'];
/** For LiteLLM's own books and pages alone. */
const idle =
  /^(id|db_model|created_(at|by)|updated_(at|by)|description|litellm_provider|max_tokens|key|source|metadata)$/;

const rights = 'give keys the models that they may use: trestle keys create --models.';
const infoRemarks: Readonly<Record<string, string>> = {
  mode: 'this version serves chat and embeddings alone.',
  access_groups: rights,
  team_id: rights,
  team_public_model_name: rights,
  base_model: 'a price goes by the name that the provider has for a model; give it under prices if that is another.',
};
