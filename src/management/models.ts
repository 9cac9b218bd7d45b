import { z } from 'zod';
import { formatUsd, type PicoUsd, type Price, type PricePerToken } from '../core/money.ts';
import { byClassName } from '../core/usage.ts';
import type { ListedModel } from './context.ts';
import { listed, listOf, pageFields, pageIn, pageOf } from './page.ts';
import { procedure } from './procedure.ts';

const perMillionFields = byClassName(() => z.string().optional());
const pricesShape = z
  .object({
    ...perMillionFields,
    request: z.string().optional().describe('USD per call.'),
    tiers: z
      .array(z.object({ above: z.int().describe('Tokens of input.'), ...perMillionFields }))
      .optional()
      .describe('Other prices for the whole of a call with more input than this.'),
  })
  .describe('USD per million tokens. Cached input without a price of its own costs as input, reasoning as output.');

const modelShape = z
  .object({
    id: z.string().describe('As callers write it: `provider/model` or an alias.'),
    provider: z.string().nullable().describe('Null for an alias.'),
    operations: z.array(z.string()).describe('What can be asked of it.'),
    prices: pricesShape.nullable().describe('Null if nobody knows them.'),
  })
  .meta({ title: 'Model' });

const list = procedure({
  name: 'models.list',
  method: 'GET',
  path: '/admin/v1/models',
  summary: 'List the models and aliases that can be asked for, with the prices in force.',
  role: 'admin',
  status: 200,
  input: z.strictObject(pageFields),
  output: listOf(modelShape),
  run: async ({ models }, input) => listed(pageIn(models(), pageOf(input)), spellModel),
});

export const models = [list] as const;

function spellModel({ id, provider, operations, price }: ListedModel): z.input<typeof modelShape> {
  return {
    id,
    provider: provider ?? null,
    operations: [...operations],
    prices: price === undefined ? null : spellPrice(price),
  };
}

function spellPrice({ perToken, perRequest, tiers }: Price): z.input<typeof pricesShape> {
  return {
    ...spellPerToken(perToken),
    ...(perRequest === undefined ? {} : { request: formatUsd(perRequest) }),
    ...(tiers === undefined
      ? {}
      : { tiers: tiers.map((tier) => ({ above: tier.above, ...spellPerToken(tier.perToken) })) }),
  };
}

function spellPerToken(price: PricePerToken): { readonly [name in keyof typeof perMillionFields]?: string } {
  const known = Object.entries(byClassName((name) => price[name])).flatMap(([name, amount]) =>
    amount === undefined ? [] : ([[name, amount]] as const),
  );
  return Object.fromEntries(known.map(([name, amount]) => [name, perMillion(amount)]));
}

/** Pico-USD per token are micro-USD per million tokens. */
function perMillion(price: PicoUsd): string {
  return formatUsd(price * 1000n);
}
