import { z } from 'zod';
import { formatUsd } from '../core/money.ts';
import type { BalanceDifference } from '../store/store.ts';
import { moment, spellMoment } from './moment.ts';
import { procedure } from './procedure.ts';

const differenceShape = z.object({
  budget_id: z.string(),
  value: z.string().nullable().describe('The end user, tag or model whose balance it is; null if it is one for all.'),
  from: moment.describe('When the stretch of time that differs begins.'),
  kept_usd: z.string().describe('What the balance says is spent.'),
  computed_usd: z.string().describe('What the entries add up to.'),
});

const verify = procedure({
  name: 'ledger.verify',
  method: 'POST',
  path: '/admin/v1/ledger/verify',
  summary: 'Add every balance up again from the ledger, and say what differs. Changes nothing.',
  role: 'admin',
  scope: 'house',
  changes: 'nothing',
  status: 200,
  input: z.strictObject({}),
  output: z
    .object({
      ok: z.boolean(),
      entries: z.int().describe('How many entries were added up.'),
      open_holds: z.int().describe('Attempts that were under way meanwhile.'),
      differences: z.array(differenceShape),
    })
    .meta({ title: 'Verification' }),
  run: async ({ store }) => {
    const { entries, openHolds, differences } = await store.holds.verify();
    return {
      ok: differences.length === 0,
      entries,
      open_holds: openHolds,
      differences: differences.map(spellDifference),
    };
  },
});

export const ledger = [verify] as const;

function spellDifference({
  budgetId,
  value,
  from,
  kept,
  computed,
}: BalanceDifference): z.input<typeof differenceShape> {
  return {
    budget_id: budgetId,
    value: value ?? null,
    from: spellMoment(from),
    kept_usd: formatUsd(kept),
    computed_usd: formatUsd(computed),
  };
}
