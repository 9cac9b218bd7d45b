import { type Book, median } from './book.ts';
import { type Row, rows } from './rows.ts';
import type { TargetName } from './target.ts';

const titles: Readonly<Record<TargetName, string>> = {
  direct: 'direct',
  nginx: 'nginx',
  bare: 'bare Bun',
  trestle: 'Trestle',
};

/** One Markdown table a section; rows without a figure are left out. */
export function writeTable(book: Book, targets: readonly TargetName[]): string {
  const sections = [...new Set(rows.map((row) => row.section))];
  return sections
    .map((section) => writeSection(book, targets, section))
    .filter((text) => text !== '')
    .join('\n');
}

/** The median of a row's figure: for added latency, of what each round added to the direct connection of that round. */
export function figureOf(book: Book, row: Row, target: TargetName): number | undefined {
  const values = book.values(row.id, target);
  if (row.kind !== 'added' || target === 'direct') return median(values);
  const direct = book.values(row.id, 'direct');
  return median(
    values.flatMap((value, round) => {
      const base = direct[round];
      return base === undefined ? [] : [value - base];
    }),
  );
}

/** How many times nginx's figure it is; undefined where nginx has none that can be divided by. */
export function ratioOf(book: Book, row: Row, target: TargetName): number | undefined {
  if (row.kind === 'plain') return undefined;
  const figure = figureOf(book, row, target);
  const yardstick = figureOf(book, row, 'nginx');
  if (figure === undefined || yardstick === undefined || yardstick <= 0) return undefined;
  return figure / yardstick;
}

/** Everything, for other programs. */
export function writeJson(book: Book, targets: readonly TargetName[]): object {
  return {
    faults: book.faults,
    rows: rows.map((row) => ({
      ...row,
      targets: Object.fromEntries(
        targets.map((target) => [
          target,
          {
            median: figureOf(book, row, target),
            timesNginx: ratioOf(book, row, target),
            rounds: book.values(row.id, target),
          },
        ]),
      ),
    })),
  };
}

function writeSection(book: Book, targets: readonly TargetName[], section: string): string {
  const present = rows.filter(
    (row) => row.section === section && targets.some((name) => book.values(row.id, name).length > 0),
  );
  if (present.length === 0) return '';
  const head = [section, ...targets.map((name) => titles[name]), 'goal'];
  const lines = present.map((row) => [row.label, ...targets.map((name) => cell(book, row, name)), goal(book, row)]);
  return `${[head, head.map((_, at) => (at === 0 ? '---' : '--:')), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function cell(book: Book, row: Row, target: TargetName): string {
  const figure = figureOf(book, row, target);
  if (figure === undefined) return '';
  const sign = row.kind === 'added' && target !== 'direct' && figure >= 0 ? '+' : '';
  const text = `${sign}${format(figure)} ${row.unit}`.trimEnd();
  if (target === 'direct' || target === 'nginx') return text;
  const ratio = ratioOf(book, row, target);
  return ratio === undefined ? text : `${text} (${ratio.toFixed(ratio < 10 ? 2 : 0)} ×)`;
}

function goal(book: Book, row: Row): string {
  if (row.goal === undefined) return '';
  const [limit, reached, text] =
    'times' in row.goal
      ? [row.goal.times, ratioOf(book, row, 'trestle'), `≤ ${row.goal.times} ×`]
      : [row.goal.atMost, figureOf(book, row, 'trestle'), `≤ ${row.goal.atMost} ${row.unit}`];
  if (reached === undefined) return text;
  return reached <= limit ? `${text}: met` : `${text}: missed by ${Math.round((reached / limit - 1) * 100)} %`;
}

function format(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : 1;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
