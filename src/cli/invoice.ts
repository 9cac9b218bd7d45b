import type { JsonObject } from '../core/json.ts';
import { formatUsd, scaledUsd } from '../core/money.ts';
import { byClassName, byUnitName, unitClassNames, usageClassNames } from '../core/usage.ts';
import { ended } from './ended.ts';
import { Mistake, readWords, type Words } from './flags.ts';
import { type ComparedRow, compared, type LedgerDay, type Tolerance } from './invoice-comparison.ts';
import { type Invoice, invoiceIn } from './invoice-file.ts';
import { textOf } from './named-file.ts';
import { everyPage, itemsOf } from './pages.ts';
import { withProgress } from './progress.ts';
import { askWhole, serverFlags, serverFor } from './server.ts';
import { at, table } from './table.ts';
import type { ExitCode, Tools } from './tools.ts';

export const invoiceHelp = `trestle invoice compare FILE [flags]

  What a vendor's own report says beside what is in the ledger, by day, model and class; each difference, and the sums.
  FILE is the answer of OpenAI's /v1/organization/usage/… or /v1/organization/costs, or of Anthropic's
  /v1/organizations/usage_report/messages or /cost_report, as it came; several pages may stand below each other.
  Ends with 0 if all is equal, with 1 if anything differs.

  --provider NAME  whose calls are compared; the provider of the vendor's own name
  --tolerance N    how far numbers may be apart: 100 (tokens, or USD of money), or 0.5%; 0
  --all            equal lines too
  --json           everything, for scripts
  --url URL        the server (TRESTLE_ADMIN_URL, TRESTLE_URL); http://127.0.0.1:4141
  --key KEY        an administrator key (better: TRESTLE_ADMIN_KEY), or @FILE`;

/** `trestle invoice compare FILE`: a vendor's report beside the ledger of a running server. */
export function invoice(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  return ended(tools, async () => {
    const [verb = '', ...rest] = words;
    if (verb !== 'compare') throw new Mistake('say what to do with an invoice; there is trestle invoice compare FILE.');
    const given = readWords(rest, { values: [...serverFlags, 'provider', 'tolerance'], switches: ['json', 'all'] });
    const report = reportIn(tools, given);
    const provider = given.values['provider'] ?? report.vendor;
    const ledger = await ledgerDays(tools, given, { report, provider });
    const rows = compared(report, ledger, toleranceIn(given.values['tolerance'] ?? '0'));
    const isEqual = rows.every(({ verdict }) => verdict === 'equal');
    const shown = given.switches.has('json')
      ? JSON.stringify(spelled(report, provider, rows))
      : text(tools, { report, provider, rows: given.switches.has('all') ? rows : rows.filter(isOdd), all: rows });
    tools.say(shown);
    return isEqual ? 0 : 1;
  });
}

function isOdd({ verdict }: ComparedRow): boolean {
  return verdict !== 'equal';
}

function reportIn(tools: Tools, { others }: Words): Invoice {
  const [name, more] = others;
  if (name === undefined || more !== undefined) throw new Mistake('invoice compare takes one file with a report.');
  return invoiceIn(name, textOf(tools, name));
}

function toleranceIn(given: string): Tolerance {
  const [, number = '', percent] = /^(\d{1,12}(?:\.\d{1,9})?)(%?)$/.exec(given) ?? [];
  if (number === '') throw new Mistake(`--tolerance is ${JSON.stringify(given)}; write a number, or one with %.`);
  if (percent === '%') return { tokens: 0n, nanoUsd: 0n, perMillion: scaledUsd(number, 9) / 100_000n };
  const nanoUsd = scaledUsd(number, 9);
  return { tokens: nanoUsd / 1_000_000_000n, nanoUsd, perMillion: 0n };
}

const dayMs = 86_400_000;

async function ledgerDays(
  tools: Tools,
  { values }: Words,
  { report, provider }: { readonly report: Invoice; readonly provider: string },
): Promise<readonly LedgerDay[]> {
  const server = serverFor(tools, values, 'admin');
  const [first = '', last = first] = [report.days[0], report.days.at(-1)];
  const query = new URLSearchParams({
    from: `${first}T00:00:00Z`,
    to: new Date(Date.parse(`${last}T00:00:00Z`) + dayMs).toISOString(),
    bucket: 'day',
    group_by: 'provider,model,operation',
  });
  const question = { method: 'GET', path: `/admin/v1/usage?${query}` } as const;
  const { body } = await withProgress(tools, 'invoice compare', (tell) =>
    everyPage({ ask: (asked) => askWhole(tools, server, asked), question, tell }),
  );
  const rows = itemsOf(body);
  const known = new Set(rows.flatMap((row) => (typeof row['provider'] === 'string' ? [row['provider']] : [])));
  if (known.size > 0 && !known.has(provider))
    tools.complain(
      `trestle: nothing was asked of ${provider} in this time; --provider may be one of ${[...known].join(', ')}.`,
    );
  return rows.filter((row) => row['provider'] === provider).map(ledgerDay);
}

function ledgerDay(row: JsonObject): LedgerDay {
  return {
    day: String(row['bucket_start']).slice(0, 10),
    model: String(row['model']),
    operation: String(row['operation']),
    tokens: byClassName((name) => numberAt(row, `tokens.${usageClassNames[name]}`)),
    units: byUnitName((name) => numberAt(row, `units.${unitClassNames[name]}`)),
    cost: amountAt(row, 'cost_usd') + amountAt(row, 'overrun_usd'),
    reportedCost: amountAt(row, 'reported_cost_usd'),
    unpriced: numberAt(row, 'unpriced_requests'),
  };
}

function numberAt(row: JsonObject, path: string): number {
  const value = at(row, path);
  return typeof value === 'number' ? value : 0;
}

function amountAt(row: JsonObject, path: string): bigint {
  const value = at(row, path);
  return typeof value === 'string' ? scaledUsd(value, 9) : 0n;
}

interface Shown {
  readonly report: Invoice;
  readonly provider: string;
  readonly rows: readonly ComparedRow[];
  readonly all: readonly ComparedRow[];
}

function text({ terminal }: Tools, { report, provider, rows, all }: Shown): string {
  const days = `${report.days[0]} to ${report.days.at(-1)}`;
  const head = `${report.vendor}'s report beside the ledger's calls of ${provider}, ${days} (UTC)`;
  const unpriced = all.reduce((sum, row) => sum + (row.unpriced ?? 0), 0);
  const odd = all.filter(isOdd).length;
  return [
    head,
    ...(rows.length === 0 ? [] : ['', table(rows.map(spelledRow), pathsFor(rows), terminal.out.columns)]),
    '',
    ...sumsOf(all).map(
      ({ item, theirs, ours, difference }) => `${item}: ${theirs} there, ${ours} here, ${difference} apart`,
    ),
    ...(unpriced === 0 ? [] : [`${unpriced} calls have no price here: set one, and trestle ledger reprice.`]),
    odd === 0 ? `All ${all.length} numbers are equal.` : `${odd} of ${all.length} numbers differ.`,
  ].join('\n');
}

function pathsFor(rows: readonly ComparedRow[]): readonly string[] {
  const items = rows.some((row) => row.items !== undefined) ? ['line_items'] : [];
  return ['day', 'model', 'class', 'theirs', 'ours', 'difference', 'verdict', ...items];
}

function spelled(report: Invoice, provider: string, rows: readonly ComparedRow[]): JsonObject {
  return {
    object: 'invoice_comparison',
    ...{ vendor: report.vendor, provider, days: report.days },
    equal: !rows.some(isOdd),
    rows: rows.map(spelledRow),
    sums: sumsOf(rows),
  };
}

function spelledRow(row: ComparedRow): JsonObject {
  const { day, model, item, of, theirs, ours, verdict, items, reportedCost, unpriced } = row;
  return {
    ...{ day, model, class: item, theirs: amount(of, theirs), ours: ours === undefined ? null : amount(of, ours) },
    ...{ difference: ours === undefined ? null : amount(of, ours - theirs), verdict },
    ...(items === undefined ? {} : { line_items: items }),
    ...(reportedCost === undefined ? {} : { reported_cost_usd: formatUsd(reportedCost) }),
    ...(unpriced === undefined ? {} : { unpriced_requests: unpriced }),
  };
}

type Sum = { readonly [name in 'item' | 'theirs' | 'ours' | 'difference']: string };

/** Of each class, over days and models. */
function sumsOf(rows: readonly ComparedRow[]): readonly Sum[] {
  const groups = Map.groupBy(rows, ({ of, item, verdict }) =>
    of === 'money' && verdict !== 'not counted here' ? 'cost' : item,
  );
  return [...groups].map(([item, group]) => {
    const of = group[0]?.of ?? 'usage';
    const theirs = group.reduce((sum, row) => sum + row.theirs, 0n);
    const ours = group.reduce((sum, row) => sum + (row.ours ?? 0n), 0n);
    return { item, theirs: amount(of, theirs), ours: amount(of, ours), difference: amount(of, ours - theirs) };
  });
}

/** Money as a decimal of USD, everything else as it is counted. */
function amount(of: ComparedRow['of'], value: bigint): string {
  return of === 'money' ? formatUsd(value) : value.toString();
}
