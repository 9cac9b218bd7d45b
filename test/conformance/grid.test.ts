import { beforeAll, expect, test } from 'bun:test';
import { pagePath } from './grid.ts';
import { gridPage } from './grid-page.ts';
import { type Grid, runGrid } from './grid-run.ts';

let grid: Grid;
beforeAll(async () => {
  grid = await runGrid();
}, 60_000);

test('the committed page of dialects and providers is what a run gives', async () => {
  expect(gridPage(grid)).toBe(await Bun.file(pagePath).text());
});

test('no feature is lost without a word', () => {
  const silent = [...grid.requests, ...grid.answers].flatMap(({ door, rows, columns }) =>
    rows.flatMap(({ feature, verdicts }) =>
      verdicts.flatMap((verdict, at) => (verdict === 'LOST UNTOLD' ? [`${door}: ${feature} at ${columns[at]}`] : [])),
    ),
  );
  expect(silent).toEqual([]);
});

test('the vendors of a dialect get everything that its callers say', () => {
  const own = { 'openai-chat': 'openai gpt-4.1', 'anthropic-messages': 'anthropic claude-haiku-4-5' } as const;
  for (const { door, columns, rows } of grid.requests) {
    const at = columns.indexOf(own[door]);
    const verdicts = rows.map(({ feature, verdicts: all }) => ({ feature, verdict: all[at] }));
    expect({ door, not: verdicts.filter(({ verdict }) => verdict !== '✓') }).toEqual({ door, not: [] });
  }
});
