import { z } from 'zod';
import type { LimitOwner } from '../core/limit.ts';
import type { ObservedRow } from '../store/observed.ts';
import type { Context } from './context.ts';
import { moment, readMoment, spellMoment } from './moment.ts';
import { listed, listOf } from './page.ts';
import { procedure } from './procedure.ts';
import { within } from './reach.ts';

const observedShape = z
  .object({
    limit_id: z.string().describe('The id of a rate limit or of a budget.'),
    limit: z.enum(['budget', 'rate_limit']).nullable().describe('Null if it is no longer there.'),
    owner_kind: z.enum(['organisation', 'project', 'key']).nullable(),
    owner_id: z.string().nullable(),
    calls: z.int().describe('How many calls it would have refused.'),
    first_at: moment,
    last_at: moment,
    keys: z.array(z.object({ key_id: z.string(), key_name: z.string().nullable(), calls: z.int() })),
  })
  .meta({ title: 'ObservedLimit' });

const observed = procedure({
  name: 'limits.observed',
  method: 'GET',
  path: '/admin/v1/limits/observed',
  summary: 'What limits and budgets that only observe (or are soft) would have refused, and of whom.',
  role: 'admin',
  status: 200,
  input: z.strictObject({
    from: moment.optional().describe('When the call came in, inclusive; by default 7 days before `to`.'),
    to: moment.optional().describe('Exclusive; by default now.'),
  }),
  output: listOf(observedShape),
  run: async (context, input) => {
    const to = input.to === undefined ? context.clock.now() + 1 : readMoment(input.to);
    const from = input.from === undefined ? to - defaultSpanMs : readMoment(input.from);
    const rows = await context.store.ledger.observed({ from, to, ...(await within(context)) });
    const data = await Promise.all([...Map.groupBy(rows, limitOf).values()].map((own) => told(context, own)));
    return listed({ data: data.toSorted((a, b) => b.calls - a.calls) }, (row) => row);
  },
});

export const limits = [observed] as const;

const defaultSpanMs = 7 * 86_400_000;

function limitOf({ limitId }: ObservedRow): string {
  return limitId;
}

/** What one limit would have refused, by key: most first. */
async function told(context: Context, rows: readonly ObservedRow[]): Promise<z.input<typeof observedShape>> {
  const keys = await Promise.all(rows.map((row) => context.store.keys.get(row.keyId)));
  const limitId = rows[0]?.limitId ?? '';
  const found = keys.map((key) => (key === undefined ? undefined : placeOf(context, limitId, key))).find(Boolean);
  return {
    limit_id: limitId,
    limit: found?.limit ?? null,
    owner_kind: found?.owner.kind ?? null,
    owner_id: found?.owner.id ?? null,
    calls: rows.reduce((sum, { calls }) => sum + calls, 0),
    first_at: spellMoment(Math.min(...rows.map(({ firstAt }) => firstAt))),
    last_at: spellMoment(Math.max(...rows.map(({ lastAt }) => lastAt))),
    keys: rows
      .map(({ keyId, calls }, index) => ({ key_id: keyId, key_name: keys[index]?.name ?? null, calls }))
      .toSorted((a, b) => b.calls - a.calls),
  };
}

interface Place {
  readonly limit: 'budget' | 'rate_limit';
  readonly owner: LimitOwner;
}

/** Where a limit stands, as one of those that concern a key. */
function placeOf(
  { store }: Pick<Context, 'store'>,
  limitId: string,
  key: { readonly id: string; readonly projectId: string; readonly organisationId: string },
): Place | undefined {
  const all = store.limits.of({ keyId: key.id, projectId: key.projectId, organisationId: key.organisationId });
  for (const { owner, budgets, rates } of all) {
    if (budgets.some(({ id }) => id === limitId)) return { limit: 'budget', owner };
    if (rates.some(({ id }) => id === limitId)) return { limit: 'rate_limit', owner };
  }
  return undefined;
}
