import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import type { PriceRecord } from '../store/store.ts';
import { auditRecord } from './audit-record.ts';
import type { Context } from './context.ts';
import { moment, readMoment, spellMoment } from './moment.ts';
import { listed, listOf, pageFields, pageIn, pageOf } from './page.ts';
import { priceIn, priceInputFields } from './price-input.ts';
import { pricesShape, spellPrice } from './price-shape.ts';
import { procedure } from './procedure.ts';

const shared = { role: 'admin', scope: 'house' } as const;
const provider = z
  .string()
  .min(1)
  .max(64)
  .describe('The name of a provider, as it stands before the slash of its models.');
const model = z.string().min(1).max(512);

const priceShape = z
  .object({
    provider: z.string(),
    model: z.string(),
    valid_from: moment,
    source: z.string().describe('`configuration`, `management` or the price list and its version.'),
    prices: pricesShape,
  })
  .meta({ title: 'Price' });

const list = procedure({
  ...shared,
  name: 'prices.list',
  method: 'GET',
  path: '/admin/v1/prices',
  summary: 'List the prices in force now, of every model that is known to be offered.',
  status: 200,
  input: z.strictObject({ ...pageFields, provider: provider.optional() }),
  output: listOf(priceShape),
  run: async ({ models }, { provider: wanted, ...page }) => {
    const priced = models().flatMap(({ id, provider: own, price }) =>
      own === undefined || price === undefined || (wanted ?? own) !== own
        ? []
        : [{ id, record: { provider: own, model: id.slice(own.length + 1), price } }],
    );
    return listed(pageIn(priced, pageOf(page)), ({ record }) => spellRecord(record));
  },
});

const set = procedure({
  ...shared,
  name: 'prices.set',
  method: 'POST',
  path: '/admin/v1/prices',
  summary: 'Set the price of a model from a time on. Of what was called before, what it cost stays.',
  status: 201,
  input: z.strictObject({
    provider,
    model: model.describe('`*` for all others.'),
    ...priceInputFields,
    valid_from: moment.optional().describe('By default now.'),
    confirm: z.boolean().default(false).describe('Set it although it is more than five times dearer or cheaper.'),
  }),
  output: priceShape,
  run: async (context, { provider: name, model: wanted, valid_from, confirm, ...amounts }) => {
    refuseStranger(context, name);
    const from = valid_from === undefined ? context.clock.now() : readMoment(valid_from);
    const record = { provider: name, model: wanted, price: priceIn(amounts, from) };
    refuseHidden(context, record);
    if (!confirm) refuseJump(context, record);
    const summary = `set ${name}/${wanted} from ${spellMoment(from)} to ${JSON.stringify(spellPrice(record.price))}`;
    const told = auditRecord(context, { procedure: 'prices.set', subject: `${name}/${wanted}`, summary });
    await context.configuration.addPrices([record], told);
    return spellRecord(record);
  },
});

const history = procedure({
  ...shared,
  name: 'prices.history',
  method: 'GET',
  path: '/admin/v1/prices/history',
  summary: 'List every price that was ever set for a model under its own name, newest first, with where it is from.',
  status: 200,
  input: z.strictObject({ ...pageFields, provider, model }),
  output: listOf(priceShape),
  run: async (context, { provider: name, model: wanted, ...page }) => {
    const kind = refuseStranger(context, name);
    const own = (await context.store.prices.all()).filter(
      (record) => (record.provider === name || record.provider === kind) && sameName(record.model, wanted),
    );
    const newestFirst = own.map((record, index) => ({ id: String(index + 1), record })).toReversed();
    return listed(pageIn(newestFirst, pageOf(page)), ({ record }) => spellRecord(record));
  },
});

export const prices = [list, set, history] as const;

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The kind of the provider of this name. */
function refuseStranger({ configuration }: Context, name: string): string {
  const all = configuration.read().providers;
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return String(found.entry['type'] ?? name);
  throw new Failure(
    'request-invalid',
    `There is no provider ${JSON.stringify(name)}; there are ${all.map((one) => one.name).join(', ')}.`,
    { param: 'provider' },
  );
}

/** A price in the configuration comes before ours, which would then count for nothing. */
function refuseHidden({ priceOf, clock }: Context, { provider: name, model: wanted }: PriceRecord): void {
  if (priceOf(name, wanted, clock.now())?.source !== 'configuration') return;
  throw new Failure(
    'resource-conflict',
    `${name}/${wanted} has a price in the configuration, which comes first; change it there, or take it out there.`,
    { param: 'model' },
  );
}

function refuseJump({ priceOf, priceJump }: Context, { provider: name, model: wanted, price }: PriceRecord): void {
  const before = priceOf(name, wanted, price.from);
  // What runs on this machine costs nothing until somebody says what it costs.
  const jump = before === undefined || before.source === 'local' ? undefined : priceJump(before, price);
  if (before === undefined || jump === undefined) return;
  const was = JSON.stringify(spellPrice(before));
  throw new Failure(
    'request-invalid',
    `This is more than five times dearer or cheaper than what is in force (${was}, in USD per million tokens): ${jump}. If it is right, send confirm: true.`,
    { param: 'confirm' },
  );
}

function spellRecord({ provider: name, model: wanted, price }: PriceRecord): z.input<typeof priceShape> {
  return {
    provider: name,
    model: wanted,
    valid_from: spellMoment(price.from),
    source: price.source,
    prices: spellPrice(price),
  };
}
