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
  return known.length === 0 ? undefined : Object.fromEntries(known);
}
