import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { handmade, recorded } from '../../../test/recordings.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Usage } from '../../core/usage.ts';
import { readUsage } from './usage.ts';

describe('a usage object is split into classes that do not overlap', () => {
  const objects: readonly (readonly [string, JsonObject, Usage])[] = [
    [
      'as OpenAI counts',
      {
        ...{ prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 },
        prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 20, audio_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 15, audio_tokens: 5, accepted_prediction_tokens: 3 },
      },
      {
        tokens: {
          input: 30,
          cachedInput: 40,
          cacheWrite: 20,
          audioInput: 10,
          output: 30,
          reasoning: 15,
          audioOutput: 5,
        },
      },
    ],
    ['without details', { prompt_tokens: 9, completion_tokens: 1 }, { tokens: { input: 9, output: 1 } }],
    [
      'with details of null',
      { prompt_tokens: 9, completion_tokens: 1, prompt_tokens_details: null, completion_tokens_details: null },
      { tokens: { input: 9, output: 1 } },
    ],
    ['with one side in the total', { prompt_tokens: 9, total_tokens: 12 }, { tokens: { input: 9, output: 3 } }],
    ['saying zero', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, { tokens: { input: 0, output: 0 } }],
    [
      'as DeepSeek counts',
      { prompt_tokens: 18, completion_tokens: 5, prompt_cache_hit_tokens: 10, prompt_cache_miss_tokens: 8 },
      { tokens: { input: 8, cachedInput: 10, output: 5 } },
    ],
    [
      'as xAI counts, with reasoning beside the completion, and its own charge',
      {
        ...{ prompt_tokens: 401, completion_tokens: 44, total_tokens: 630, cost_in_usd_ticks: 1_489_501 },
        prompt_tokens_details: { cached_tokens: 305 },
        completion_tokens_details: { reasoning_tokens: 185 },
      },
      { tokens: { input: 96, cachedInput: 305, output: 44, reasoning: 185 }, reportedCost: 148_951n },
    ],
    [
      'as xAI counts where the answer is longer than the reasoning',
      {
        prompt_tokens: 10,
        completion_tokens: 44,
        total_tokens: 74,
        completion_tokens_details: { reasoning_tokens: 20 },
      },
      { tokens: { input: 10, output: 44, reasoning: 20 } },
    ],
    [
      'as xAI counts where as much was cached as reasoned',
      {
        ...{ prompt_tokens: 100, completion_tokens: 10, total_tokens: 160 },
        prompt_tokens_details: { cached_tokens: 50 },
        completion_tokens_details: { reasoning_tokens: 50 },
      },
      { tokens: { input: 50, cachedInput: 50, output: 10, reasoning: 50 } },
    ],
    [
      "as gateways pass Gemini's counts on, with more reasoning than completion",
      {
        prompt_tokens: 28,
        completion_tokens: 9,
        total_tokens: 37,
        completion_tokens_details: { reasoning_tokens: 69 },
      },
      { tokens: { input: 28, output: 9, reasoning: 69 } },
    ],
    [
      'as Gemini counts behind its compatible path, with thoughts in the total alone',
      { prompt_tokens: 10, completion_tokens: 20, total_tokens: 530 },
      { tokens: { input: 10, output: 20, reasoning: 500 } },
    ],
    [
      'as Voxtral counts, with audio in the total alone',
      { prompt_tokens: 4, completion_tokens: 1072, total_tokens: 5201, prompt_audio_seconds: 316 },
      { tokens: { input: 4, audioInput: 4125, output: 1072 } },
    ],
    [
      'with the cache beside the prompt, where the total says so',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 115,
        cache_read_input_tokens: 70,
        cache_creation_input_tokens: 30,
      },
      { tokens: { input: 10, cachedInput: 70, cacheWrite: 30, output: 5 } },
    ],
    [
      'with the charge of OpenRouter, a fraction of a nano-USD rounded up',
      { prompt_tokens: 1, completion_tokens: 1, cost: 0.0076509169000000005 },
      { tokens: { input: 1, output: 1 }, reportedCost: 7_650_917n },
    ],
    [
      'with the charge of Perplexity, in parts',
      { prompt_tokens: 1, completion_tokens: 1, cost: { request_cost: 0.005, total_cost: 0.00501 } },
      { tokens: { input: 1, output: 1 }, reportedCost: 5_010_000n },
    ],
    [
      'with a charge that cannot be read, which is passed over',
      { prompt_tokens: 1, completion_tokens: 1, cost: -1, cost_in_usd_ticks: 0.5 },
      { tokens: { input: 1, output: 1 } },
    ],
    [
      'with details beyond the whole, which are cut to it',
      {
        ...{ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
        prompt_tokens_details: { cached_tokens: 8, cache_write_tokens: 8, audio_tokens: 8 },
        completion_tokens_details: { reasoning_tokens: 4, audio_tokens: 4 },
      },
      { tokens: { input: 0, cachedInput: 8, cacheWrite: 2, audioInput: 0, output: 0, reasoning: 1, audioOutput: 4 } },
    ],
  ];
  for (const [name, object, usage] of objects) test(name, () => expect(readUsage(object)).toEqual({ usage }));

  test('whatever it says, and no class is ever negative or broken', () => {
    const count = fc.oneof(fc.nat(1000), fc.constant(null), fc.constant(undefined));
    const details = fc.record({
      cached_tokens: count,
      cache_write_tokens: count,
      audio_tokens: count,
      reasoning_tokens: count,
    });
    const object = fc.record({
      ...{ prompt_tokens: fc.nat(1000), completion_tokens: fc.nat(1000), total_tokens: fc.oneof(count, fc.nat(4000)) },
      ...{ prompt_tokens_details: details, completion_tokens_details: details, cached_tokens: count },
    });
    fc.assert(
      fc.property(object, (said) => {
        const { usage } = readUsage(JSON.parse(JSON.stringify(said)));
        const counts = Object.values(usage?.tokens ?? {});
        for (const one of counts) expect(Number.isInteger(one) && one >= 0).toBe(true);
        const sum = counts.reduce((total, one) => total + one, 0);
        expect(sum).toBeGreaterThanOrEqual(said.prompt_tokens + said.completion_tokens);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a usage object that cannot be', () => {
  const good = { prompt_tokens: 5, completion_tokens: 5 };
  const broken: readonly Json[] = ['5', -1, 1.5, 1e13, Number.POSITIVE_INFINITY, true, {}, [5]];
  for (const count of broken) {
    test(`is not believed in any part: ${String(JSON.stringify(count))}`, () => {
      for (const name of ['prompt_tokens', 'completion_tokens', 'total_tokens', 'prompt_cache_hit_tokens']) {
        expect(readUsage({ ...good, [name]: count })).toEqual({ usageInvalid: true });
      }
      const details = { ...good, completion_tokens_details: { reasoning_tokens: count } };
      expect(readUsage(details)).toEqual({ usageInvalid: true });
    });
  }

  test('is not believed where it is no object, or totals less than its prompt alone', () => {
    for (const usage of [
      'x',
      7,
      [],
      true,
      { ...good, prompt_tokens_details: 'x' },
      { prompt_tokens: 9, total_tokens: 5 },
    ]) {
      expect(readUsage(usage)).toEqual({ usageInvalid: true });
    }
  });

  test('says nothing where it is absent or names one side only', () => {
    for (const usage of [
      undefined,
      null,
      {},
      { prompt_tokens: 5 },
      { ...good, completion_tokens: null },
      { total_tokens: 5 },
    ]) {
      expect(readUsage(usage)).toEqual({});
    }
  });
});

for (const [name, cases] of [
  ['recorded', recorded('openai-chat')],
  ['hand-made', handmade('openai-chat')],
] as const) {
  test.skipIf(cases.length === 0)(`every ${name} usage object has a split that adds up as its vendor adds`, () => {
    let ran = 0;
    let sums = 0;
    for (const { id, provider, responseBody, responseChunks = [] } of cases) {
      for (const said of [responseBody, ...responseChunks.map(({ data }) => parsed(data))]) {
        const object = isJsonObject(said) ? said['usage'] : undefined;
        if (!isJsonObject(object)) continue;
        ran += 1;
        const { usage, usageInvalid } = readUsage(object);
        const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = object;
        if (completion === null) {
          expect({ id, usage, usageInvalid }).toEqual({ id, usage: undefined, usageInvalid: undefined });
          continue;
        }
        if (usageInvalid === true && name === 'hand-made') continue;
        const sum = Object.values(usage?.tokens ?? {}).reduce((all, one) => all + one, 0);
        const reasoned = isJsonObject(object['completion_tokens_details'])
          ? Number(object['completion_tokens_details']['reasoning_tokens'] ?? 0)
          : 0;
        // Some gateways leave reasoning out of the completion and out of the total.
        const beside = reasoned > Number(completion) && total === Number(prompt) + Number(completion) ? reasoned : 0;
        const expected = total === undefined ? Number(prompt) + Number(completion) : Number(total) + beside;
        expect({ id, provider, sum }).toEqual({ id, provider, sum: expected });
        if (beside === 0) sums += 1;
      }
    }
    console.log(`  ${name} usage objects: ${ran} cases, ${sums} of them add up to their own total`);
    expect(ran).toBeGreaterThan(0);
  });
}

function parsed(data: string | undefined): Json | undefined {
  try {
    return JSON.parse(data ?? '');
  } catch {
    return undefined;
  }
}
