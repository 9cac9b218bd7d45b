import { describe, expect, test } from 'bun:test';
import type { Json } from '../../core/json.ts';
import type { Usage } from '../../core/usage.ts';
import { reported, usageWire } from './reported-usage.ts';
import { readUsage } from './usage.ts';

const tokensOf = (usage: Json, before?: Usage['tokens']): Usage['tokens'] | undefined =>
  readUsage(usage, before && { tokens: before }).usage?.tokens;

describe('what an answer consumed', () => {
  test('is split into classes that do not overlap: the cache stands beside the input, thinking within the output', () => {
    expect(
      tokensOf({
        ...{ input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 20 },
        ...{ output_tokens: 50, output_tokens_details: { thinking_tokens: 30 }, service_tier: 'standard' },
      }),
    ).toEqual({ input: 10, cachedInput: 100, cacheWrite: 20, output: 20, reasoning: 30 });
  });

  test('is told for what was written to the cache by how long it stays, if not in all', () => {
    const cache_creation = { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 };
    const split = { input: 1, cacheWrite: 3, cacheWriteHour: 4, output: 2 };
    expect(tokensOf({ input_tokens: 1, output_tokens: 2, cache_creation })).toEqual(split);
    const summed = { input_tokens: 1, output_tokens: 2, cache_creation_input_tokens: 7 };
    expect(tokensOf({ ...summed, cache_creation })).toEqual(split);
    expect(tokensOf(summed)).toEqual({ input: 1, cacheWrite: 7, output: 2 });
    expect(usageWire({ counted: { tokens: split } }, { path: '', lost: () => undefined })).toMatchObject({
      cache_creation_input_tokens: 7,
      cache_creation,
    });
  });

  test('was written to the cache for as long as the start of a stream says, though its end tells the sum alone', () => {
    const before = { input: 1, cacheWrite: 3, cacheWriteHour: 4 };
    expect(tokensOf({ output_tokens: 2, cache_creation_input_tokens: 7 }, before)).toEqual({ ...before, output: 2 });
    expect(tokensOf({ output_tokens: 2, cache_creation_input_tokens: 9 }, before)).toEqual({
      ...{ input: 1, cacheWrite: 5, cacheWriteHour: 4, output: 2 },
    });
    expect(tokensOf({ output_tokens: 2 }, before)).toEqual({ ...before, output: 2 });
  });

  test('counts every pass that is billed, though the top level leaves the compaction and the advisor out', () => {
    const passes = [
      { type: 'compaction', input_tokens: 55_196, output_tokens: 125 },
      { type: 'message', input_tokens: 220, output_tokens: 8, cache_read_input_tokens: 5 },
    ];
    expect(tokensOf({ input_tokens: 220, output_tokens: 8, iterations: passes })).toEqual({
      ...{ input: 55_416, cachedInput: 5, output: 133 },
    });
    expect(tokensOf({ input_tokens: 9, output_tokens: 8, iterations: null })).toEqual({ input: 9, output: 8 });
  });

  test('says nothing with one side only, null or absent', () => {
    for (const usage of [
      null,
      {},
      { input_tokens: 5 },
      { output_tokens: 5 },
      { input_tokens: 5, output_tokens: null },
    ]) {
      expect(readUsage(usage)).toEqual({});
    }
    expect(readUsage(undefined)).toEqual({});
  });

  test('is not believed when a count cannot be one', () => {
    const odd: readonly Json[] = [-1, 1.5, '7', 1e13, true, {}];
    for (const count of odd) {
      expect(readUsage({ input_tokens: count, output_tokens: 1 })).toEqual({ usageInvalid: true });
      expect(readUsage({ input_tokens: 1, output_tokens: 1, cache_read_input_tokens: count })).toEqual({
        usageInvalid: true,
      });
    }
    expect(readUsage([])).toEqual({ usageInvalid: true });
    expect(readUsage({ input_tokens: 1, output_tokens: 1, output_tokens_details: 3 })).toEqual({ usageInvalid: true });
    expect(readUsage({ input_tokens: 1, output_tokens: 1, iterations: [3] })).toEqual({ usageInvalid: true });
  });
});

describe('usage that a stream tells in two places', () => {
  const start = { input: 548, cachedInput: 7, cacheWrite: 0, output: 2 };

  test('has its input from the start where the end tells the output only', () => {
    expect(tokensOf({ output_tokens: 34 }, start)).toEqual({ input: 548, cachedInput: 7, cacheWrite: 0, output: 34 });
    expect(tokensOf({ output_tokens: 34, input_tokens: null, cache_read_input_tokens: null }, start)).toEqual({
      ...{ input: 548, cachedInput: 7, cacheWrite: 0, output: 34 },
    });
  });

  test('is what the end says where both say it', () => {
    expect(tokensOf({ input_tokens: 900, cache_read_input_tokens: 8, output_tokens: 34 }, start)).toEqual({
      ...{ input: 900, cachedInput: 8, cacheWrite: 0, output: 34 },
    });
    expect(tokensOf({ input_tokens: 79, output_tokens: 64 }, { input: 0, output: 0 })).toEqual({
      input: 79,
      output: 64,
    });
  });

  test('keeps the input of the start where the end has zeros', () => {
    expect(tokensOf({ input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 34 }, start)).toEqual({
      ...{ input: 548, cachedInput: 7, cacheWrite: 0, output: 34 },
    });
  });

  test('is as it was where the end says nothing, and as the last one says where it is told again', () => {
    expect(readUsage(undefined, { tokens: start })).toEqual({ usage: { tokens: start } });
    const once = readUsage({ output_tokens: 34 }, { tokens: start }).usage;
    expect(readUsage({ output_tokens: 40 }, once).usage?.tokens.output).toBe(40);
  });
});

describe('usage of another dialect', () => {
  const place = (lost: string[]) => ({ path: 'usage', lost: ({ path }: { path: string }) => void lost.push(path) });

  test('is told in words of this one', () => {
    const lost: string[] = [];
    const counted = { tokens: { input: 10, cachedInput: 100, cacheWrite: 20, output: 20, reasoning: 30 } };
    expect(usageWire({ counted }, place(lost))).toEqual({
      ...{ input_tokens: 10, cache_creation_input_tokens: 20, cache_read_input_tokens: 100, output_tokens: 50 },
      output_tokens_details: { thinking_tokens: 30 },
    });
    expect(readUsage(usageWire({ counted }, place(lost)))).toEqual({ usage: counted });
    expect(lost).toEqual([]);
  });

  test('keeps its sums, and tells that sound has no class of its own', () => {
    const lost: string[] = [];
    const counted = { tokens: { input: 1, audioInput: 2, output: 3, audioOutput: 4 }, reportedCost: 5n };
    expect(usageWire({ counted }, place(lost))).toMatchObject({ input_tokens: 3, output_tokens: 7 });
    expect(lost).toEqual([
      'usage.counted.tokens.audioInput',
      'usage.counted.tokens.audioOutput',
      'usage.counted.reportedCost',
    ]);
  });

  test('is zeros where there is none, and the very object where it was this dialect’s own', () => {
    expect(usageWire(undefined, place([]))).toEqual({
      ...{ input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
    });
    const wire = { input_tokens: 1, output_tokens: 2, x: null };
    expect(usageWire(reported(wire), place([]))).toBe(wire);
  });
});
