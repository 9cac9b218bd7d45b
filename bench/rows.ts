/** The rows of the table: what each figure is called, how it compares, and what we set ourselves. */
export interface Row {
  readonly id: string;
  readonly section: string;
  readonly label: string;
  readonly unit: 'µs' | 'ms' | 'MB' | '/s' | '%' | '';
  /** `level`: compared with nginx. `added`: what is above the direct connection, compared with nginx. `plain`: not compared. */
  readonly kind: 'level' | 'added' | 'plain';
  /** Trestle's goal: so many times nginx, or so many of the unit. */
  readonly goal?: { readonly times: number } | { readonly atMost: number };
}

export const concurrencies = [1, 16, 64] as const;
export type Concurrency = (typeof concurrencies)[number];

const whole = 'Whole calls: 1 KB in, 1.5 KB out';
const rate = 'Whole calls at a fixed rate of 500 a second';
const unpaced = 'Unpaced streams';
const paced = '1,000 paced streams';
const big = '1 MB in, 1.5 KB out';
const translated = 'From Anthropic’s dialect to OpenAI’s (others forward the upstream’s own)';
const life = 'Memory and start';

export const rows: readonly Row[] = [
  ...perConcurrency((c) => [
    cost(`whole.${c}.cpu`, whole, {
      label: `CPU per call, concurrency ${c}`,
      ...(c === 64 ? { goal: { times: 5 } } : {}),
    }),
    added(`whole.${c}.p50`, whole, `latency added at saturation, p50, concurrency ${c}`),
    added(`whole.${c}.p90`, whole, `latency added at saturation, p90, concurrency ${c}`),
    { id: `whole.${c}.pace`, section: whole, label: `calls a second, concurrency ${c}`, unit: '/s', kind: 'level' },
    { id: `whole.${c}.busy`, section: whole, label: `its core busy, concurrency ${c}`, unit: '%', kind: 'plain' },
  ]),
  { id: 'whole.wrk', section: whole, label: 'calls a second by wrk, concurrency 64', unit: '/s', kind: 'level' },
  ...perConcurrency((c) => [
    cost(`rate.${c}.cpu`, rate, { label: `CPU per call, connections: ${c}` }),
    added(`rate.${c}.p50`, rate, `latency added, p50, connections: ${c}`),
    added(`rate.${c}.p90`, rate, `latency added, p90, connections: ${c}`),
  ]),
  ...perConcurrency((c) => [
    cost(`unpaced.${c}.cpu`, unpaced, { label: `CPU per chunk, concurrency ${c}`, goal: { times: 2.5 } }),
    {
      id: `unpaced.${c}.pace`,
      section: unpaced,
      label: `chunks a second, concurrency ${c}`,
      unit: '/s',
      kind: 'level',
    },
    {
      id: `unpaced.${c}.lump`,
      section: unpaced,
      label: `chunks that come in one read, concurrency ${c}`,
      unit: '',
      kind: 'plain',
    },
  ]),
  cost('paced.cpu', paced, { label: 'CPU per chunk', goal: { times: 2.2 } }),
  added('paced.first50', paced, 'first chunk later by, p50'),
  added('paced.first90', paced, 'first chunk later by, p90'),
  added('paced.delay50', paced, 'each chunk later by, p50'),
  added('paced.delay90', paced, 'each chunk later by, p90'),
  ...perConcurrency((c) => [
    cost(`big.${c}.cpu`, big, { label: `CPU per call, concurrency ${c}`, goal: { times: 3 } }),
    added(`big.${c}.p50`, big, `latency added at saturation, p50, concurrency ${c}`),
    added(`big.${c}.p90`, big, `latency added at saturation, p90, concurrency ${c}`),
  ]),
  ...perConcurrency((c) => [
    cost(`translated.${c}.cpu`, translated, { label: `CPU per whole call, concurrency ${c}`, goal: { times: 8 } }),
    added(`translated.${c}.p50`, translated, `latency added at saturation, p50, concurrency ${c}`),
    cost(`streamed.${c}.cpu`, translated, { label: `CPU per unpaced chunk, concurrency ${c}`, goal: { times: 5 } }),
  ]),
  memory('memory.idle', { label: 'resident, idle after start', goal: { atMost: 90 } }),
  memory('memory.idlePss', { label: 'the same, shared pages by share' }),
  memory('memory.peak', { label: 'most ever resident, with 1,000 paced streams', goal: { atMost: 180 } }),
  memory('memory.after', { label: 'resident 10 s after their end' }),
  {
    id: 'start.first',
    section: life,
    label: 'start to ready, empty folder',
    unit: 'ms',
    kind: 'level',
    goal: { atMost: 500 },
  },
  {
    id: 'start.again',
    section: life,
    label: 'start to ready, used folder',
    unit: 'ms',
    kind: 'level',
    goal: { atMost: 500 },
  },
];

function perConcurrency(make: (concurrency: Concurrency) => readonly Row[]): readonly Row[] {
  return concurrencies.flatMap((concurrency) => make(concurrency));
}

function cost(id: string, section: string, row: Pick<Row, 'label' | 'goal'>): Row {
  return { id, section, unit: 'µs', kind: 'level', ...row };
}

function added(id: string, section: string, label: string): Row {
  return { id, section, label, unit: 'µs', kind: 'added' };
}

function memory(id: string, row: Pick<Row, 'label' | 'goal'>): Row {
  return { id, section: life, unit: 'MB', kind: 'level', ...row };
}
