import { Database } from 'bun:sqlite';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Acknowledged, problemsAfterKill } from './check.ts';

export interface Round {
  readonly acknowledged: number;
  readonly problems: readonly string[];
}

/** Lets a writer loose on a directory, kills it after so many milliseconds, and looks at what it left. */
export async function killRound(directory: string, round: number, afterMs: number): Promise<Round> {
  const said = join(directory, `said-${round}.txt`);
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'writer.ts'), directory, String(round)], {
    stdio: ['ignore', Bun.file(said), 'inherit'],
  });
  await Bun.sleep(afterMs);
  child.kill('SIGKILL');
  await child.exited;
  const died = child.signalCode === 'SIGKILL' ? [] : [`the writer ended by itself (${child.exitCode})`];
  const told = acknowledged(said);
  const problems = [
    ...died,
    ...(await problemsAfterKill(directory, told)),
    ...gaps(directory, round),
    ...endings(directory, said, told),
  ];
  return { acknowledged: told.requests.length + told.keys.length, problems };
}

/** A line that the kill cut short is no acknowledgement. */
function acknowledged(path: string): Acknowledged {
  return { requests: saidOf(path, 'entry'), keys: saidOf(path, 'key') };
}

function saidOf(path: string, kind: string): readonly string[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
}

/** What was told to be settled is; what was only told to be held is charged all the same, but what was released may be free. */
function endings(directory: string, said: string, told: Acknowledged): readonly string[] {
  const database = new Database(join(directory, 'trestle.db'), { readonly: true });
  const rows = database
    .query<{ request_id: string; settlement: string }, []>('select request_id, settlement from entries')
    .all();
  database.close();
  const found = new Map(rows.map(({ request_id, settlement }) => [request_id, settlement]));
  const mayBeFree = (id: string): boolean => Number(id.split('_')[2]) % 11 === 0;
  const lost = saidOf(said, 'held').filter((id) => !found.has(id) && !mayBeFree(id));
  const otherwise = told.requests.filter((id) => found.get(id) !== 'settled');
  return [
    ...lost.map((id) => `${id} was held, and nobody was charged for it`),
    ...otherwise.map((id) => `${id} was acknowledged, and ended ${found.get(id)}`),
  ];
}

/** Entries become durable in the order in which they were appended, so whatever is there has no hole in it. */
function gaps(directory: string, round: number): readonly string[] {
  const database = new Database(join(directory, 'trestle.db'), { readonly: true });
  const rows = database
    .query<{ latency_ms: number }, [string]>(
      "select latency_ms from entries where substr(request_id, 1, length(?1)) = ?1 and settlement <> 'expired' order by sequence",
    )
    .all(`req_${round}_`);
  database.close();
  const first = rows.findIndex(({ latency_ms }, index) => latency_ms !== index);
  return first === -1 ? [] : [`entry ${first} of round ${round} is missing or out of order`];
}
