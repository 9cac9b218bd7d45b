import { tokenColumns } from '../token-columns.ts';
import { unitColumns } from '../unit-columns.ts';
import { amountNames, measureNames } from './measures.ts';

/** What is taken up, row by row in the order of its own sequence. */
export interface Source {
  readonly name: SourceName;
  /** What is selected from, with the columns of entries in it. */
  readonly rows: string;
  /** Its sequence. */
  readonly sequence: string;
  /** What tells that a row is still the one that had this sequence. */
  readonly sign: string;
  /** What a row gives to each measure, in SQL; absent is nothing. */
  readonly measures: Readonly<Record<string, string>>;
}

export type SourceName = 'entries' | 'adjustments';

/** The attempts themselves. */
const entries: Source = {
  name: 'entries',
  rows: 'entries',
  sequence: 'entries.sequence',
  sign: "entries.request_id || ' ' || entries.attempt",
  measures: {
    requests: 'closing = 1',
    failures: "closing = 1 and outcome in ('failed', 'refused')",
    unpriced: 'cost is null',
    ...amount('cost', 'cost'),
    ...amount('overrun', 'overrun'),
    ...amount('reported_cost', 'reported_cost'),
    ...Object.fromEntries([...tokenColumns, ...unitColumns].map((name) => [name, `entries."${name}"`])),
  },
};

/** What corrected prices changed of them: it counts where and when the attempt does. */
const adjustments: Source = {
  name: 'adjustments',
  rows: 'adjustments cross join entries on entries.sequence = adjustments.entry',
  sequence: 'adjustments.sequence',
  sign: "adjustments.batch || ' ' || adjustments.entry || ' ' || adjustments.number",
  measures: {
    unpriced: '-(cost is null and number = 1)',
    ...amount('cost', 'delta'),
    ...amount('adjusted', 'delta'),
  },
};

export const sources: readonly Source[] = [entries, adjustments];
export { entries as entrySource };

/** What a source gives to a measure, in SQL. */
export function measureOf(source: Source, name: string): string | undefined {
  return source.measures[name] ?? (measureNames.includes(name) ? '0' : undefined);
}

function amount(name: string, column: string): Readonly<Record<string, string>> {
  const [dollars, nanos] = amountNames(name);
  return { [dollars]: `${column} / 1000000000`, [nanos]: `${column} % 1000000000` };
}
