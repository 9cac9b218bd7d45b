import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import {
  type Price,
  type PricePerToken,
  type PricePerUnit,
  picoPerToken,
  type Rates,
  scaledUsd,
} from '../core/money.ts';
import { byClassName, byUnitName, unitClasses, unitClassNames, usageClasses, usageClassNames } from '../core/usage.ts';

const text = z.string().min(1).max(30);
const amount = text.describe('USD per million tokens: "0.15".');
const tokens = byClassName(() => amount.optional());

const rates = {
  ...tokens,
  ...byUnitName(() => text.optional().describe('USD each: "0.04".')),
  request: text.optional().describe('USD per call.'),
  tiers: z
    .array(z.strictObject({ above: z.int().min(1).max(1_000_000_000), ...tokens }))
    .max(20)
    .optional()
    .describe('Other prices for the whole of a call with more tokens of input than `above`.'),
};

/** The fields of a price as it is set. */
export const priceInputFields = {
  ...rates,
  service_tiers: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/), z.strictObject(rates))
    .optional()
    .describe('Other prices by the tier of service that answers: `flex`, `priority`, `batch` …'),
};

type RatesInput = z.output<z.ZodObject<typeof rates>>;
type PriceInput = z.output<z.ZodObject<typeof priceInputFields>>;

/** A price as somebody sets it, valid from then on. Throws `request-invalid` naming the field. */
export function priceIn({ service_tiers: byTier, ...own }: PriceInput, from: number): Price {
  const named = Object.entries(byTier ?? {}).map(([tier, input]) => [tier, ratesIn(input, `service_tiers.${tier}.`)]);
  return {
    from,
    ...ratesIn(own, ''),
    ...(named.length === 0 ? {} : { serviceTiers: Object.fromEntries(named) }),
    source: 'management',
  };
}

function ratesIn(input: RatesInput, path: string): Rates {
  const { request, tiers } = input;
  const perToken = perTokenIn(input, path);
  const perUnit = perUnitIn(input, path);
  const others = request !== undefined || Object.keys(perUnit).length > 0;
  refuseHalf(perToken, others, path);
  const free = perToken.input === undefined ? { input: 0n, output: 0n } : {};
  return {
    perToken: { ...free, ...perToken },
    ...(tiers === undefined ? {} : { tiers: tiersIn(tiers, path) }),
    ...(Object.keys(perUnit).length === 0 ? {} : { perUnit }),
    ...(request === undefined ? {} : { perRequest: read(`${path}request`, request, (usd) => scaledUsd(usd, 9)) }),
  };
}

function tiersIn(tiers: NonNullable<RatesInput['tiers']>, path: string): NonNullable<Rates['tiers']> {
  const read = tiers.map(({ above, ...amounts }, index) => {
    const perToken = perTokenIn(amounts, `${path}tiers[${index}].`);
    refuseHalf(perToken, false, `${path}tiers[${index}].`);
    return { above, perToken };
  });
  return read.toSorted((a, b) => a.above - b.above);
}

function perTokenIn(input: Omit<RatesInput, 'tiers'>, path: string): PricePerToken {
  return Object.fromEntries(
    usageClasses.flatMap((name) => {
      const given = input[usageClassNames[name]];
      const param = `${path}${usageClassNames[name]}`;
      return given === undefined ? [] : [[name, read(param, given, picoPerToken)]];
    }),
  );
}

function perUnitIn(input: Omit<RatesInput, 'tiers'>, path: string): PricePerUnit {
  return Object.fromEntries(
    unitClasses.flatMap((name) => {
      const given = input[unitClassNames[name]];
      const param = `${path}${unitClassNames[name]}`;
      return given === undefined ? [] : [[name, read(param, given, (usd) => scaledUsd(usd, 12))]];
    }),
  );
}

function refuseHalf({ input, output }: PricePerToken, others: boolean, path: string): void {
  if (input !== undefined && output !== undefined) return;
  if (input === undefined && output === undefined && others) return;
  const missing = `${path}${input === undefined ? 'input' : 'output'}`;
  throw new Failure(
    'request-invalid',
    `${missing} is missing; give input and output together (0 if it is free), or a price per request or unit.`,
    { param: missing },
  );
}

/** No vendor asks more for a million tokens, for a call, or for one of anything. */
const dearest = '10000';

function read(param: string, given: string, of: (text: string) => bigint): bigint {
  try {
    const found = of(given);
    if (found >= 0n && found <= of(dearest)) return found;
  } catch {}
  throw new Failure(
    'request-invalid',
    `${param} is ${JSON.stringify(given)}; it must be an amount in USD from 0 to ${dearest}, such as "0.15".`,
    { param },
  );
}
