import { z } from 'zod';
import { picoPerToken, scaledUsd } from '../core/money.ts';
import { byClassName, byUnitName, unitClassNames } from '../core/usage.ts';
import { section, text, usd, wholeNumber } from './schema-parts.ts';

const perToken = usd('per million tokens, with at most 6 decimals', picoPerToken);
const perUnit = usd('each, with at most 12 decimals', (amount) => scaledUsd(amount, 12));
const tokens = byClassName(() => perToken.optional());

const rates = {
  ...tokens,
  ...byUnitName(() => perUnit.optional()),
  request: usd('per call, with at most 9 decimals', (amount) => scaledUsd(amount, 9)).optional(),
  tiers: z
    .array(section('above, input and output', { above: wholeNumber('tokens', { from: 1, to: 1e9 }), ...tokens }), {
      error: 'a list of prices for long inputs, such as [{ above: 200000, input: 2.5, output: 15 }]',
    })
    .refine((tiers) => tiers.every(({ input }) => input !== undefined), {
      error: 'prices for long inputs, each with its own price for input (and for all else that has one)',
    })
    .optional(),
};

type Priced = { readonly [name in keyof typeof rates]?: unknown };

/** Something must be priced; what is written has a price only where what is read has one too. */
function isPriced(price: Priced): boolean {
  if (price.input !== undefined) return true;
  const others = [price.request, ...Object.values(byUnitName((name) => price[unitClassNames[name]]))];
  return others.some((amount) => amount !== undefined) && price.output === undefined && price.tiers === undefined;
}

const wanted =
  'input and output (0 if it is free), input alone for what only embeds, or a price per request, unit or hour of an instance';

const ratesSchema = section('prices', rates).refine(isPriced, { error: wanted });

/** One model's price in the file. */
export const priceSchema = section('prices', {
  ...rates,
  service_tiers: z
    .record(
      text('the name of a tier of service, such as flex or priority', (name) => /^[a-z][a-z0-9_-]{0,31}$/.test(name)),
      ratesSchema,
      { error: 'a map of tiers of service, such as { flex: { input: 0.6, output: 5 } }' },
    )
    .optional(),
  instance_usd_per_hour: usd('for an hour of the machine, with at most 6 decimals', (amount) =>
    scaledUsd(amount, 6),
  ).optional(),
  parallel: wholeNumber('calls that the machine serves at once', { from: 1, to: 100_000 }).optional(),
}).superRefine((price, context) => {
  const { service_tiers: _, instance_usd_per_hour: perHour, parallel, ...own } = price;
  const wrong = (message: string): void => void context.addIssue({ code: 'custom', message });
  if (!isPriced(perHour === undefined ? own : { ...own, compute_second: perHour })) wrong(wanted);
  if (perHour !== undefined && own.compute_second !== undefined)
    wrong('compute_second or instance_usd_per_hour, not both: they say the same');
  if (parallel !== undefined && perHour === undefined)
    wrong('parallel only beside instance_usd_per_hour, whose cost it divides');
});

/** What a model is taken to cost at most as long as nobody knows its price. */
export const unknownPriceSchema = section('input and output', { input: perToken, output: perToken });

export type PriceInput = z.output<typeof priceSchema>;
export type RatesInput = z.output<typeof ratesSchema>;
