import { Database } from 'bun:sqlite';
import { z } from 'zod';

export interface Checked {
  /** The path of the ledger. */
  readonly ledger: string;
  /** The end of the month that it was filled with, epoch milliseconds. */
  readonly until: number;
  ask(path: string): Promise<Response>;
}

const dayMs = 86_400_000;

const usage = z.object({
  next: z.string().nullable(),
  data: z.array(
    z.looseObject({
      requests: z.number(),
      failures: z.number(),
      cost_usd: z.string(),
      tokens: z.object({ output: z.number() }),
    }),
  ),
});
const list = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Puts the same questions to Trestle and, as plainly as can be, to its tables. Answers with what differs. */
export async function faultsOf({ ledger, until, ask }: Checked): Promise<readonly string[]> {
  const database = new Database(ledger, { readonly: true });
  const faults: string[] = [];
  const [from, to] = [until - 20 * dayMs - 1_234_567, until - 3 * dayMs - 7_654_321];
  const span = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
  for (const [dimension, column] of Object.entries({ model: 'model', key: 'key_id', user: 'end_user' })) {
    const data = await everyRow(ask, `/admin/v1/usage?${span}&group_by=${dimension}`);
    const told = data.map((row) => [
      row[dimension === 'key' ? 'key_id' : dimension],
      row.requests,
      row.failures,
      row.tokens.output,
      inNano(row.cost_usd),
    ]);
    const counted = database
      .query(
        `select ${column}, sum(closing), sum(closing = 1 and outcome in ('failed', 'refused')), ifnull(sum(output), 0),
           cast(ifnull(sum(cost), 0) as text)
         from entries where started_at >= ? and started_at < ? group by 1`,
      )
      .values(from, to);
    if (inOrder(told) !== inOrder(counted)) faults.push(`usage by ${dimension} is not the sum of the entries`);
  }
  const filters = {
    'tag=incident:7': `tags = '["incident:7"]'`,
    'model=model-rare': "model = 'model-rare'",
    [`key_id=key_3&${span}`]: `key_id = 'key_3' and started_at >= ${from} and started_at < ${to}`,
    'user=user-17&status_class=5xx': "end_user = 'user-17' and status between 500 and 599",
  };
  for (const [words, condition] of Object.entries(filters)) {
    const { data } = list.parse(await (await ask(`/admin/v1/requests?limit=200&${words}`)).json());
    const found = database
      .query(`select request_id from entries where closing = 1 and ${condition} order by sequence desc limit 200`)
      .values()
      .flat();
    if (JSON.stringify(data.map(({ id }) => id)) !== JSON.stringify(found))
      faults.push(`the list of ${words} is not what stands in the ledger`);
  }
  database.close();
  return faults;
}

async function everyRow(ask: Checked['ask'], path: string): Promise<z.output<typeof usage>['data']> {
  const rows: z.output<typeof usage>['data'] = [];
  let after: string | null = '';
  while (after !== null) {
    const { data, next } = usage.parse(await (await ask(after === '' ? path : `${path}&after=${after}`)).json());
    rows.push(...data);
    after = next;
  }
  return rows;
}

function inOrder(rows: readonly (readonly unknown[])[]): string {
  return JSON.stringify(
    rows.map((row) => JSON.stringify(row.map((value) => (value === null ? null : String(value))))).sort(),
  );
}

function inNano(usd: string): string {
  const [whole = '0', fraction = ''] = usd.split('.');
  return BigInt(whole + fraction.padEnd(9, '0').slice(0, 9)).toString();
}
