import type { Recording } from '../recordings.ts';
import { administer, type Started, startTrestle } from '../started.ts';
import { caseHeader, type Replayed, type ReplayUpstream, replayUpstream } from '../upstream/replay.ts';
import { type ProviderName, providerNames } from './replay-calls.ts';

/** A Trestle started as a user starts it, whose providers are an upstream that replays recordings. */
export interface ReplayHouse {
  readonly trestle: Started;
  readonly upstream: ReplayUpstream;
  /** The requests that Trestle sent on, in order. */
  forwarded(): readonly Replayed[];
  /** All request records, newest first. Waits until these are among them and no more come. */
  records(ids: ReadonlySet<string>): Promise<readonly RequestRow[]>;
  close(): Promise<void>;
}

/** A request record as the management API tells it. */
export interface RequestRow {
  readonly id: string;
  readonly requested_model: string;
  readonly model: string | null;
  readonly provider: string | null;
  readonly stream: boolean;
  readonly status: number;
  readonly outcome: string;
  readonly failure: string | null;
  readonly usage: { readonly tokens: Readonly<Record<TokenClass | 'total', number | null>>; readonly basis: string };
  readonly cost_usd: string | null;
  readonly attempts: number;
  readonly flags: readonly string[];
  readonly upstream_request_id: string | null;
}

export const inputClasses = ['input', 'cached_input', 'cache_write', 'audio_input'] as const;
export const outputClasses = ['output', 'reasoning', 'audio_output'] as const;
type TokenClass = (typeof inputClasses)[number] | (typeof outputClasses)[number];

/** Where each provider's path begins, as at the vendor. */
export const basePaths = { openai: '/v1', groq: '/openai/v1', replay: '/compatible/v1' } as const satisfies Record<
  ProviderName,
  string
>;

/** Each provider's credential, so that the upstream can tell whose it was given. */
export const credentials = {
  openai: 'vendor-one',
  groq: 'vendor-two',
  replay: 'vendor-three',
} as const satisfies Record<ProviderName, string>;

export async function openReplayHouse(recordings: readonly Recording[]): Promise<ReplayHouse> {
  const upstream = await replayUpstream(recordings);
  const trestle = await startTrestle({ config: configFor(upstream.url) });
  return {
    trestle,
    upstream,
    forwarded: () => upstream.seen.filter(({ headers }) => headers[caseHeader] === undefined),
    records: (ids) => recordsOf(trestle, ids),
    async close() {
      await trestle.stop();
      await upstream.close();
    },
  };
}

/** One attempt, so that every call takes one recording. The prices make a cost of each count. */
function configFor(url: string): string {
  const types = { openai: 'openai', groq: 'groq', replay: 'openai-compatible' } as const satisfies Record<
    ProviderName,
    string
  >;
  const entries = providerNames.map((name) => ({
    type: types[name],
    base_url: url + basePaths[name],
    api_key: credentials[name],
    prices: { '*': { input: 1, output: 2 } },
    // Nothing but recorded questions is asked.
    models: [],
  }));
  const providers = Object.fromEntries(providerNames.map((name, index) => [name, entries[index]]));
  // JSON is YAML.
  return JSON.stringify({ retry: { attempts: 1 }, providers });
}

interface Page {
  readonly data: readonly RequestRow[];
  readonly has_more: boolean;
  readonly next: string | null;
}

/** A record may come up to 5 s after its answer's end; until then there may be more of them at every look. */
async function recordsOf(trestle: Started, wanted: ReadonlySet<string>): Promise<readonly RequestRow[]> {
  let before = 0;
  for (const deadline = performance.now() + 5000; ; await Bun.sleep(50)) {
    const rows = await allRecords(trestle);
    const missing = wanted.difference(new Set(rows.map(({ id }) => id)));
    if (missing.size === 0 && rows.length === before) return rows;
    before = rows.length;
    if (performance.now() > deadline) throw new Error(`${missing.size} records are missing, ${[...missing][0]} is one`);
  }
}

async function allRecords(trestle: Started): Promise<readonly RequestRow[]> {
  const rows: RequestRow[] = [];
  for (let path: string | undefined = firstPage; path !== undefined; ) {
    const page: Page = await administer<Page>(trestle, path);
    rows.push(...page.data);
    path = page.has_more ? `${firstPage}&after=${page.next}` : undefined;
  }
  return rows;
}

const firstPage = '/admin/v1/requests?limit=500';
