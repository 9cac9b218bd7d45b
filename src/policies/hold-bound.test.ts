import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { costOf, type Price } from '../core/money.ts';
import { type Bounding, holdBound } from './hold-bound.ts';

/** A micro-dollar for a token in, two for one out. */
const price: Price = { from: 0, perToken: { input: 1_000_000n, output: 2_000_000n }, source: 'test' };
const envelope = { bytes: 744, choices: 1, maxOutputTokens: 1_000, unmeasured: [] };
const { maxOutputTokens: _, ...unlimited } = envelope;
/** Its input is 1,000 tokens at most, so that its worst case is 3,000 micro-dollars. */
const plain: Bounding = { envelope, price, limits: undefined, way: { calls: 1 }, seconds: undefined };
const alone = (micros: number) => ({ free: BigInt(micros) * 1000n, contended: false });
const among = (micros: number) => ({ free: BigInt(micros) * 1000n, contended: true });
const held = (bounding: Bounding, room: ReturnType<typeof alone>) => {
  const { fit, limitWithin } = holdBound(bounding);
  const amount = fit(room);
  return amount === undefined ? undefined : { micros: Number(amount) / 1000, limit: limitWithin(amount) };
};

describe('a hold', () => {
  test('is the worst case where that is free, and where no hard budget asks', () => {
    expect(holdBound(plain).worst).toBe(3_000_000n);
    expect(holdBound(plain).fit({ free: undefined, contended: false })).toBe(3_000_000n);
    expect(held(plain, alone(3_000))).toEqual({ micros: 3_000, limit: undefined });
  });

  test('is for a shorter answer where less is free, to the last nano-dollar, and for none that is of no use', () => {
    expect(held(plain, alone(2_999))).toEqual({ micros: 2_998, limit: 999 });
    expect(held(plain, alone(1_032))).toEqual({ micros: 1_032, limit: 16 });
    expect(held(plain, alone(1_031))).toBeUndefined();
    expect(held(plain, alone(0))).toBeUndefined();
  });

  test('of a caller who asks for little is that or nothing', () => {
    const little = { ...plain, envelope: { ...envelope, maxOutputTokens: 3 } };
    expect(held(little, alone(1_006))).toEqual({ micros: 1_006, limit: undefined });
    expect(held(little, alone(1_005))).toBeUndefined();
  });

  test('is not for less than a budget of thoughts takes', () => {
    const thinking = { ...plain, envelope: { ...envelope, leastOutputTokens: 600 } };
    expect(held(thinking, alone(2_200))).toEqual({ micros: 2_200, limit: 600 });
    expect(held(thinking, alone(2_199))).toBeUndefined();
  });

  test('takes a share of what is free while others hold some of it, and the first tokens at least', () => {
    expect(held(plain, among(64_000))).toEqual({ micros: 3_000, limit: undefined });
    expect(held(plain, among(32_000))).toEqual({ micros: 2_000, limit: 500 });
    expect(held(plain, among(3_000))).toEqual({ micros: 1_512, limit: 256 });
    expect(held(plain, among(1_100))).toEqual({ micros: 1_100, limit: 50 });
    expect(held(plain, among(1_031))).toBeUndefined();
  });

  test('counts every alternative, and the input again for each call that is made for one', () => {
    const three = { ...plain, envelope: { ...envelope, choices: 3 } };
    expect(holdBound(three).worst).toBe(7_000_000n);
    expect(holdBound({ ...three, way: { calls: 3 } }).worst).toBe(9_000_000n);
    expect(held(three, alone(1_096))).toEqual({ micros: 1_096, limit: 16 });
    expect(held(three, alone(1_095))).toBeUndefined();
  });

  test('of a caller without a limit is for all that the model writes; a limit is set only if that is not free', () => {
    const open = { ...plain, envelope: unlimited, limits: { contextTokens: 100_000, maxOutputTokens: 4_000 } };
    expect(held(open, alone(9_000))).toEqual({ micros: 9_000, limit: undefined });
    expect(held(open, alone(8_999))).toEqual({ micros: 8_998, limit: 3_999 });
    const { contextTokens } = open.limits;
    expect(held({ ...open, limits: { contextTokens } }, alone(201_000))).toEqual({ micros: 201_000, limit: undefined });
  });

  test('of a model that nobody knows is for a million tokens, or for a limit that most models take', () => {
    const unknown = { ...plain, envelope: unlimited };
    expect(holdBound(unknown).missing).toBe('no-output-limit');
    expect(held(unknown, alone(2_001_000))).toEqual({ micros: 2_001_000, limit: undefined });
    expect(held(unknown, alone(2_000_999))).toEqual({ micros: 17_384, limit: 8_192 });
    expect(held(unknown, alone(1_200))).toEqual({ micros: 1_200, limit: 100 });
  });

  test('is for no more than the model writes, or than a limit of the caller’s leaves', () => {
    expect(holdBound({ ...plain, limits: { maxOutputTokens: 100 } }).worst).toBe(1_200_000n);
    expect(holdBound({ ...plain, allowance: 50 }).worst).toBe(1_100_000n);
  });

  test('is for what goes into a cache only where that may be: if the request asks for it, or the vendor does not wait to be asked', () => {
    const cached = { ...price, perToken: { ...price.perToken, cacheWrite: 1_250_000n, cacheWriteHour: 2_000_000n } };
    const asked = { calls: 1, cachesWhenAsked: true } as const;
    const worst = (changes: object, way: Bounding['way'] = asked) =>
      Number(holdBound({ ...plain, price: cached, way, envelope: { ...envelope, ...changes } }).worst / 1000n);
    expect(worst({ caching: 'none' })).toBe(3_000);
    expect([worst({ caching: 'short' }), worst({ caching: 'long' }), worst({})]).toEqual([3_250, 4_000, 4_000]);
    expect(worst({ caching: 'none' }, { calls: 1 })).toBe(4_000);
    const open = { caching: 'none', unmeasured: ['tools[0]'] };
    expect(worst(open)).toBe(2_002_000);
  });

  test('of what cannot be measured is for all of the context, or cannot be', () => {
    const open = { ...plain, envelope: { ...envelope, unmeasured: ['messages[0].content[1].image_url'] } };
    expect(holdBound({ ...open, limits: { contextTokens: 8_000, maxOutputTokens: 1_000 } }).worst).toBe(10_000_000n);
    expect(holdBound(open)).toMatchObject({ missing: 'unmeasured-input', input: 1_000_000 });
    expect(held(open, alone(10_000_000))).toBeUndefined();
    expect(holdBound(open).fit({ free: undefined, contended: false })).toBe(1_002_000_000n);
    const enclosed = { images: 0, imageBytes: 0, documents: ['messages[0].content[0].source'] };
    expect(holdBound({ ...plain, envelope: { ...envelope, enclosed } }).missing).toBe('unmeasured-input');
  });

  test('of images is for what they can show, not for their bytes', () => {
    const enclosed = { images: 2, imageBytes: 700, documents: [] };
    const seeing = { ...plain, envelope: { ...envelope, enclosed } };
    expect(holdBound({ ...seeing, way: { calls: 1, imageTokens: 1_700 } }).input).toBe(44 + 256 + 3_400);
    expect(holdBound(seeing).input).toBe(44 + 256 + 2 * 16_384);
    const large = {
      ...seeing,
      envelope: { ...envelope, bytes: 1_000_044, enclosed: { ...enclosed, imageBytes: 1e6 } },
    };
    expect(holdBound({ ...large, way: { calls: 1, imageTokens: 1_700 } }).input).toBe(44 + 256 + 3_400);
    expect(holdBound(large).input).toBe(44 + 256 + 1_000_000);
  });

  test('without a price is none, and cannot be where a hard budget applies', () => {
    const { worst, missing, fit } = holdBound({ ...plain, price: undefined });
    expect({ worst, missing, open: fit({ free: undefined, contended: false }), hard: fit(alone(1e9)) }).toEqual({
      worst: 0n,
      missing: 'no-price',
      open: 0n,
      hard: undefined,
    });
  });

  test('of what costs nothing is nothing, whatever else is unknown', () => {
    const free = { ...plain, price: { from: 0, perToken: {}, source: 'test' } };
    const open = { ...free, envelope: { ...unlimited, unmeasured: ['conversation'] } };
    expect([held(free, alone(0)), held(open, alone(0))]).toEqual([
      { micros: 0, limit: undefined },
      { micros: 0, limit: undefined },
    ]);
  });

  test('of a price by time is for as long as the call may take', () => {
    const timed = { ...plain, price: { ...price, perUnit: { computeSeconds: 1_000_000_000n } } };
    expect(holdBound(timed).missing).toBe('no-time-limit');
    expect(holdBound({ ...timed, seconds: 2.5 }).worst).toBe(3_000_000n + 2_500_000n);
  });

  test('is never more than a store can keep, however absurd the request', () => {
    const absurd = { ...plain, envelope: { ...envelope, choices: 128, maxOutputTokens: Number.MAX_SAFE_INTEGER } };
    const { fit, limitWithin } = holdBound(absurd);
    expect(fit({ free: undefined, contended: false })).toBe(10n ** 18n);
    expect(limitWithin(10n ** 18n)).toBeUndefined();
    expect(held(absurd, alone(5_096))).toEqual({ micros: 5_096, limit: 16 });
  });
});

test('whatever is free, what is held is free, pays for every usage within the limit, and would not pay for a longer answer', () => {
  const prices = fc.record({
    input: fc.bigInt(0n, 50_000_000n),
    cacheWrite: fc.bigInt(0n, 60_000_000n),
    output: fc.bigInt(0n, 90_000_000n),
    reasoning: fc.bigInt(0n, 90_000_000n),
  });
  const cases = fc.record({
    perToken: prices,
    tiers: fc.option(
      fc.record({ above: fc.nat(4_000), perToken: prices }).map((one) => [one]),
      { nil: undefined },
    ),
    request: fc.record({
      bytes: fc.nat(5_000),
      choices: fc.integer({ min: 1, max: 5 }),
      maxOutputTokens: fc.integer({ min: 1, max: 50_000 }),
    }),
    free: fc.bigInt(0n, 10n ** 10n),
    contended: fc.boolean(),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(cases, ({ perToken, tiers, request, free, contended, part }) => {
      const own: Price = { from: 0, perToken, source: 'test', ...(tiers !== undefined && { tiers }) };
      const bounded = (changes: object) =>
        holdBound({ ...plain, price: own, envelope: { ...request, unmeasured: [], ...changes } });
      const bound = bounded({});
      const amount = bound.fit({ free, contended });
      if (amount === undefined) {
        expect(bounded({ maxOutputTokens: Math.min(16, request.maxOutputTokens) }).worst).toBeGreaterThan(free);
        return;
      }
      expect(amount).toBeLessThanOrEqual(free);
      const limit = bound.limitWithin(amount) ?? request.maxOutputTokens;
      expect(limit).toBeGreaterThanOrEqual(Math.min(16, request.maxOutputTokens));
      const input = request.bytes + 256;
      const written = limit * request.choices;
      const [cacheWrite, reasoning] = [Math.floor(input * part), Math.floor(written * part)];
      const tokens = { input: input - cacheWrite, cacheWrite, output: written - reasoning, reasoning };
      expect(costOf({ tokens }, own)).toBeLessThanOrEqual(amount);
      if (!contended && limit < request.maxOutputTokens)
        expect(bounded({ maxOutputTokens: limit + 1 }).worst).toBeGreaterThan(free);
    }),
    { numRuns: 2_000 },
  );
});
