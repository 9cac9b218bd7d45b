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
  const problems = [...died, ...(await problemsAfterKill(directory, told)), ...gaps(directory, round)];
  return { acknowledged: told.requests.length + told.keys.length, problems };
}

/** A line that the kill cut short is no acknowledgement. */
function acknowledged(path: string): Acknowledged {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  const of = (kind: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
  return { requests: of('entry'), keys: of('key') };
}

/** Entries become durable in the order in which they were appended, so whatever is there has no hole in it. */
function gaps(directory: string, round: number): readonly string[] {
  const database = new Database(join(directory, 'trestle.db'), { readonly: true });
  const rows = database
    .query<{ started_at: number }, [string]>(
      'select started_at from entries where substr(request_id, 1, length(?1)) = ?1 order by sequence',
    )
    .all(`req_${round}_`);
  database.close();
  const first = rows.findIndex(({ started_at }, index) => started_at !== index);
  return first === -1 ? [] : [`entry ${first} of round ${round} is missing or out of order`];
}
