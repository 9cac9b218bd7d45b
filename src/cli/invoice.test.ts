import { expect, test } from 'bun:test';
import { fakeTools } from '../../test/fakes/tools.ts';
import { run } from './run.ts';

/** Hand-made after the vendors' published shapes: no report of a real account. */
const day = 1_763_683_200; // 2025-11-21
const mini = {
  object: 'organization.usage.completions.result',
  model: 'gpt-5-mini-2025-08-07',
  ...{ input_tokens: 130, input_cached_tokens: 30, input_audio_tokens: 0, output_tokens: 27, num_model_requests: 2 },
};
const openaiUsage = page([
  mini,
  {
    object: 'organization.usage.completions.result',
    model: 'gpt-9',
    input_tokens: 5,
    output_tokens: 1,
    input_image_tokens: 4,
  },
]);
const openaiCosts = page([
  cost('gpt-5-mini-2025-08-07, input', 0.000025),
  cost('gpt-5-mini-2025-08-07, output', '0.000054'),
  cost('web search tool calls', 0.01),
]);
const anthropicUsage = {
  data: [
    {
      starting_at: '2025-11-21T00:00:00Z',
      ending_at: '2025-11-22T00:00:00Z',
      results: [
        {
          ...{ model: 'claude-haiku-4-5-20251001', service_tier: 'standard', api_key_id: null, workspace_id: null },
          ...{ uncached_input_tokens: 100, cache_read_input_tokens: 30, output_tokens: 27 },
          cache_creation: { ephemeral_5m_input_tokens: 6, ephemeral_1h_input_tokens: 7 },
          server_tool_use: { web_search_requests: 0 },
        },
      ],
    },
  ],
  has_more: false,
  next_page: null,
};
const anthropicCosts = {
  data: [
    {
      starting_at: '2025-11-21T00:00:00Z',
      ending_at: '2025-11-22T00:00:00Z',
      results: [
        {
          amount: '0.00479',
          currency: 'USD',
          cost_type: 'tokens',
          description: 'Claude Haiku 4.5 Usage - Input Tokens',
          model: 'claude-haiku-4-5',
          token_type: 'uncached_input_tokens',
        },
        {
          amount: '0.00311',
          currency: 'USD',
          cost_type: 'tokens',
          description: 'Claude Haiku 4.5 Usage - Output Tokens',
          model: 'claude-haiku-4-5',
          token_type: 'output_tokens',
        },
      ],
    },
  ],
};

function page(results: readonly unknown[], at = day) {
  const bucket = { object: 'bucket', start_time: at, end_time: at + 86_400, results };
  return { object: 'page', data: [bucket], has_more: false, next_page: null };
}

function cost(line: string | null, value: number | string) {
  return { object: 'organization.costs.result', amount: { value, currency: 'usd' }, line_item: line, project_id: null };
}

const tokens = {
  input: 100,
  cached_input: 30,
  cache_write: 0,
  cache_write_1h: 0,
  audio_input: 0,
  output: 20,
  reasoning: 7,
  audio_output: 0,
  total: 157,
};
const units = { image: 0, audio_second: 0, video_second: 0, character: 0, compute_second: 0 };

function ours(provider: string, model: string, changes: object = {}) {
  return {
    bucket_start: '2025-11-21T00:00:00.000Z',
    ...{ provider, model, operation: 'chat', requests: 2, failures: 0, tokens, units },
    ...{ cost_usd: '0.000079', overrun_usd: '0', adjusted_usd: '0', reported_cost_usd: '0', unpriced_requests: 0 },
    ...changes,
  };
}

async function compare(report: unknown, rows: readonly unknown[], ...flags: readonly string[]) {
  const text = typeof report === 'string' ? report : JSON.stringify(report);
  const answer = () => ({ json: { data: rows, has_more: false, next: null } });
  const fake = fakeTools({ answer, files: { 'report.json': text } });
  const code = await run(fake.tools, ['invoice', 'compare', 'report.json', ...flags]);
  return { code, said: fake.said.join('\n'), complaints: fake.complaints, sent: fake.sent };
}

type Row = {
  readonly model: string;
  readonly class: string;
  readonly difference: string | null;
  readonly verdict: string;
};

async function rowsOf(report: unknown, rows: readonly unknown[], ...flags: readonly string[]) {
  const { code, said } = await compare(report, rows, '--json', ...flags);
  const told: readonly Row[] = JSON.parse(said).rows;
  return {
    code,
    odd: told
      .filter(({ verdict }) => verdict !== 'equal')
      .map((row) => [row.model, row.class, row.difference, row.verdict]),
  };
}

test('the ledger is asked for the very days of the report', async () => {
  const { sent } = await compare(openaiUsage, []);
  const query = new URL(sent[0]?.url ?? '').searchParams;
  expect(Object.fromEntries(query)).toEqual({
    from: '2025-11-21T00:00:00Z',
    to: '2025-11-22T00:00:00.000Z',
    bucket: 'day',
    group_by: 'provider,model,operation',
    limit: '1000',
  });
});

test('equal numbers end with 0, whatever version of a model the vendor names', async () => {
  const report = page([mini]);
  const { code, said } = await compare(report, [ours('openai', 'gpt-5-mini'), ours('other', 'gpt-5-mini')]);
  expect({ code, last: said.split('\n').at(-1) }).toEqual({ code: 0, last: 'All 4 numbers are equal.' });
});

test('each difference is told by day, model and class, and what the ledger does not know is not dropped', async () => {
  const other = { ...tokens, output: 21, total: 158 };
  const rows = [
    ours('openai', 'gpt-5-mini', { tokens: other }),
    ours('openai', 'gpt-4o'),
    ours('openai', 'e', { operation: 'embed' }),
  ];
  expect(await rowsOf(openaiUsage, rows)).toEqual({
    code: 1,
    odd: [
      ['gpt-4o', 'input_cached_tokens', '30', 'not in the report'],
      ['gpt-4o', 'input_tokens', '130', 'not in the report'],
      ['gpt-4o', 'output_tokens', '27', 'not in the report'],
      ['gpt-5-mini', 'output_tokens', '1', 'different'],
      ['gpt-9', 'input_image_tokens', null, 'not counted here'],
      ['gpt-9', 'input_tokens', '-5', 'not in the ledger'],
      ['gpt-9', 'output_tokens', '-1', 'not in the ledger'],
    ],
  });
});

test('money is compared by day and model, with the line items that it is made of', async () => {
  expect(await rowsOf(openaiCosts, [ours('openai', 'gpt-5-mini')])).toEqual({
    code: 1,
    odd: [['*', 'web search tool calls', null, 'not counted here']],
  });
  const { said } = await compare(openaiCosts, [ours('openai', 'gpt-5-mini', { cost_usd: '0.00008' })], '--all');
  expect(said).toContain('gpt-5-mini');
  expect(said).toContain('gpt-5-mini-2025-08-07, input, gpt-5-mini-2025-08-07, output');
  expect(said).toMatch(/0\.000079 +0\.00008 +0\.000001 +different/);
});

test('what a provider took beyond what was held is part of what it bills', async () => {
  const beyond = ours('openai', 'gpt-5-mini', { cost_usd: '0.00007', overrun_usd: '0.000009' });
  expect((await rowsOf(openaiCosts, [beyond])).odd).toEqual([['*', 'web search tool calls', null, 'not counted here']]);
});

test('a report that does not tell line items or models apart is compared as a whole', async () => {
  const rows = [ours('openai', 'a'), ours('openai', 'b', { cost_usd: '0.000001' })];
  expect(await rowsOf(page([cost(null, 0.00008)]), rows)).toEqual({ code: 0, odd: [] });
  const usage = { ...mini, model: null, input_tokens: 260, input_cached_tokens: 60, output_tokens: 54 };
  expect(await rowsOf(page([usage]), rows)).toEqual({ code: 0, odd: [] });
});

test('Anthropic’s reports are read by their own words, cents too', async () => {
  const counted = { ...tokens, cache_write: 6, cache_write_1h: 7 };
  const rows = [ours('anthropic', 'claude-haiku-4-5', { tokens: counted })];
  expect(await rowsOf(anthropicUsage, rows)).toEqual({ code: 0, odd: [] });
  expect(await rowsOf(anthropicCosts, rows)).toEqual({ code: 0, odd: [] });
  expect((await rowsOf(anthropicCosts, [ours('anthropic', 'claude-haiku-4-5', { cost_usd: '0.00008' })])).odd).toEqual([
    ['claude-haiku-4-5', 'cost', '0.000001', 'different'],
  ]);
});

test.each([
  ['2', 0],
  ['0.9', 1],
  ['8%', 0],
  ['7%', 1],
])('a tolerance of %s lets two tokens of twenty-seven pass or not', async (tolerance, code) => {
  const report = page([mini]);
  const rows = [ours('openai', 'gpt-5-mini', { tokens: { ...tokens, output: 22 } })];
  expect((await compare(report, rows, '--tolerance', tolerance)).code).toBe(code as 0 | 1);
});

test('pages may stand in a list or below each other, and minutes are added up to days', async () => {
  const half = { ...mini, input_tokens: 65, input_cached_tokens: 15, output_tokens: 13 };
  const rest = { ...half, output_tokens: 14 };
  const pages = [page([half]), page([rest])].map((one, n) => ({
    ...one,
    data: one.data.map((bucket) => ({ ...bucket, start_time: day + n * 60, end_time: day + n * 60 + 60 })),
  }));
  const rows = [ours('openai', 'gpt-5-mini')];
  expect((await compare(pages, rows)).code).toBe(0);
  expect((await compare(pages.map((one) => JSON.stringify(one)).join('\n'), rows)).code).toBe(0);
});

test('calls without a price are told, and a provider that is not in the ledger is asked after', async () => {
  const unpriced = await compare(page([cost(null, 1)]), [ours('openai', 'a', { unpriced_requests: 3 })]);
  expect(unpriced.said).toContain('3 calls have no price here');
  const { complaints, code } = await compare(page([cost(null, 1)]), [ours('azure', 'a')]);
  expect({ code, complaints }).toEqual({
    code: 1,
    complaints: ['trestle: nothing was asked of openai in this time; --provider may be one of azure.'],
  });
});

test.each([
  ['no JSON at all', 'hello'],
  ['a number', '7'],
  ['an error answer', '{"error":{"message":"no"}}'],
  ['no bucket', '{"data":[]}'],
  ['a bucket of a week', JSON.stringify({ data: [{ start_time: 0, end_time: 604_800, results: [] }] })],
  ['two vendors', JSON.stringify([openaiUsage, anthropicUsage])],
  ['an amount that is none', JSON.stringify(page([cost('x', '1e3')]))],
])('%s is refused with a sentence', async (_, text) => {
  const { code, complaints } = await compare(text, []);
  expect([code, complaints.length]).toEqual([2, 1]);
});
