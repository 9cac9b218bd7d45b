import { Database } from 'bun:sqlite';
import { entryColumns, entryRow } from '../src/store/sql/entry.ts';
import type { Entry } from '../src/store/store.ts';

/** What a month of a team's traffic looks like: who calls what is spread unevenly, as it is in life. */
export const spread = { keys: 200, projects: 30, organisations: 3, models: 60, providers: 8, tags: 20, users: 5_000 };

/** Something that one entry in this many has: what nobody finds without an index. */
export const rareEvery = 100_000;

export interface Filling {
  /** A database whose tables stand already. */
  readonly path: string;
  readonly rows: number;
  /** Epoch milliseconds: the last entry began just before. */
  readonly until: number;
  readonly days: number;
  progress(done: number): void;
}

/** Writes entries straight into the database of a Trestle that does not run. The same figures give the same entries. */
export function fillLedger({ path, rows, until, days, progress }: Filling): void {
  const database = new Database(path, { readwrite: true, create: false, strict: true });
  try {
    for (const pragma of ['journal_mode = wal', 'synchronous = off', 'cache_size = -200000'])
      database.run(`pragma ${pragma}`);
    const insert = database.prepare(
      `insert into entries (${entryColumns.join(', ')}) values (${entryColumns.map(() => '?').join(', ')})`,
    );
    const from = until - days * dayMs;
    for (let done = 0; done < rows; done += batch) {
      database.run('begin');
      for (let n = done; n < Math.min(done + batch, rows); n += 1) {
        const began = Math.floor(from + ((until - from) * n) / rows);
        insert.run(...entryRow(n + 1, exampleEntry(n, began, rows)));
      }
      database.run('commit');
      progress(Math.min(done + batch, rows));
    }
    database.run('pragma wal_checkpoint(truncate)');
  } finally {
    database.close();
  }
}

/** The n-th entry. Of a hundred calls three failed at one provider and fell back to another: these have two entries. */
export function exampleEntry(n: number, startedAt: number, rows: number): Entry {
  const chance = dice(n);
  const key = Math.floor(spread.keys * chance() ** 2);
  const project = key % spread.projects;
  const model =
    chance() < 0.02 ? Math.floor(spread.models * chance()) : (key * 7 + Math.floor(6 * chance())) % spread.models;
  const fellBack = n % 33 === 0 && n + 1 < rows;
  const failed = fellBack || chance() < 0.05;
  const refused = failed && !fellBack && chance() < 0.4;
  const rare = n % rareEvery === 77;
  const output = Math.floor(40 + 900 * chance() ** 2);
  const input = Math.floor(200 + 6_000 * chance() ** 3);
  const unpriced = !refused && !failed && model % 30 === 7;
  const modelName = rare ? 'model-rare' : `model-${model}`;
  const latencyMs = Math.floor(300 + 4_000 * chance());
  return {
    requestId: `req_${String(n - (n % 33 === 1 && n > 1 ? 1 : 0)).padStart(25, '0')}`,
    attempt: refused ? 0 : n % 33 === 1 ? 2 : 1,
    closing: !fellBack,
    keyId: `key_${key}`,
    projectId: `proj_${project}`,
    organisationId: `org_${project % spread.organisations}`,
    dialect: 'openai-chat',
    operation: chance() < 0.1 ? 'embed' : 'chat',
    stream: chance() < 0.6,
    requestedModel: chance() < 0.3 ? 'fast' : modelName,
    ...(refused ? {} : { provider: rare ? 'provider-rare' : `provider-${model % spread.providers}`, model: modelName }),
    startedAt,
    endedAt: startedAt + latencyMs,
    firstByteMs: 100 + latencyMs / 8,
    latencyMs,
    status: refused ? 403 : failed ? 502 : 200,
    outcome: refused ? 'refused' : failed ? 'failed' : 'complete',
    ...(failed ? { failure: refused ? 'permission-denied' : 'provider-unreachable' } : {}),
    usage: failed ? { tokens: {} } : { tokens: { input, cachedInput: Math.floor(input * chance()), output } },
    basis: failed ? 'none' : 'reported',
    ...(unpriced ? {} : { cost: failed ? 0n : BigInt(input) * 500n + BigInt(output) * 1_500n }),
    ...(chance() < 0.6 ? { endUser: `user-${Math.floor(spread.users * chance() ** 2)}` } : {}),
    tags: rare ? ['incident:7'] : tagsOf(chance),
    lost: [],
    flags: unpriced ? ['price-unknown'] : [],
  };
}

const dayMs = 86_400_000;
const batch = 50_000;

function tagsOf(chance: () => number): readonly string[] {
  if (chance() < 0.4) return [];
  const first = Math.floor(spread.tags * chance() ** 2);
  return chance() < 0.5
    ? [`tag-${first}`]
    : [`tag-${first}`, `tag-${(first + 1 + Math.floor(5 * chance())) % spread.tags}`];
}

/** Mulberry32: the same fractions in [0, 1) for the same number. */
function dice(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
