import type { Config } from '../config/config.ts';
import type { FileState } from '../core/terminal.ts';
import { beware, type Finding, good, mend } from './finding.ts';
import type { Tools } from './tools.ts';

/** Files that hold what protects everything else. */
const keyFiles = ['secret.key', 'vault.key'];
/** And what must not be lost. */
const books = ['trestle.db', 'trestle.db-wal', 'trestle.db-ahead', 'trestle.lock'];

/** The data directory, and the files in it that nobody else may read. */
export function dataFindings({ disk }: Pick<Tools, 'disk'>, { data }: Pick<Config, 'data'>): readonly Finding[] {
  const state = disk.look(data);
  if (state.kind === 'file')
    return [
      mend('data', `${data} is a file`, 'name a directory with --data, TRESTLE_DATA or data in the configuration.'),
    ];
  if (!state.usable && state.kind === 'absent')
    return [
      mend(
        'data',
        `${data} is not there, and cannot be made by this user`,
        `make it for the user who runs Trestle: mkdir -p ${data} && chown USER ${data}; or name another with --data.`,
      ),
    ];
  if (!state.usable)
    return [
      mend(
        'data',
        `${data} cannot be written by this user`,
        `run this as the user who runs Trestle, or give it to that user: chown -R USER ${data}`,
      ),
    ];
  if (state.kind === 'absent') return [good('data', `${data} is not there yet; the first start makes it`)];
  const files = keyFiles.map((name) => `${data}/${name}`).map((path): [string, FileState] => [path, disk.look(path)]);
  const open = files.filter(([, { open }]) => open).map(([path]) => path);
  const closed = files.filter(([, state]) => isShut(state)).map(([path]) => path);
  const readable = open.map((path) => mend('data', `${path} can be read by others`, `chmod 600 ${path}`));
  const locked = closed.map((path) =>
    mend('data', `${path} cannot be read by this user`, `run this as the user who runs Trestle, or chown ${path}`),
  );
  const kept = books.map((name) => `${data}/${name}`).filter((path) => isShut(disk.look(path)));
  const shut = kept.map((path) =>
    mend('data', `${path} cannot be written by this user`, `run this as the user who runs Trestle, or chown ${path}`),
  );
  const findings = [...readable, ...locked, ...shut];
  if (findings.length > 0) return findings;
  return state.open
    ? [beware('data', `${data} can be entered by others; the keys in it cannot be read`, `chmod 700 ${data}`)]
    : [good('data', `${data} is there and can be written`)];
}

function isShut({ kind, usable }: FileState): boolean {
  return kind !== 'absent' && !usable;
}

const mebibyte = 1_048_576;
const leastFree = 256 * mebibyte;
const littleFree = 2048 * mebibyte;

/** A full disk stops every call, since each one is in the books before its answer ends. */
export function diskFinding({ disk }: Pick<Tools, 'disk'>, { data }: Pick<Config, 'data'>): Finding {
  const free = disk.freeBytes(data);
  const says = `${Math.floor(free / mebibyte)} MB are free where ${data} is`;
  const remedy = 'make room there, or move the data directory to a larger disk and say so with --data.';
  if (free < leastFree) return mend('disk', says, remedy);
  return free < littleFree ? beware('disk', says, remedy) : good('disk', says);
}

/** What others said of the time, by name, epoch milliseconds, and when we heard it. */
export interface TimeHeard {
  readonly from: string;
  readonly said: number;
  readonly heardAt: number;
}

const minute = 60_000;
const remedy = 'set the clock, and have it kept: timedatectl set-ntp true.';

/** A wrong clock spoils prices, budgets, expiry of keys and signatures. */
export function clockFinding(
  tools: Pick<Tools, 'clock' | 'disk'>,
  { data }: Pick<Config, 'data'>,
  heard: readonly TimeHeard[],
): Finding {
  const now = tools.clock.now();
  const { changedAt = 0 } = tools.disk.look(data);
  const shown = new Date(now).toISOString();
  if (changedAt > now + minute)
    return mend(
      'clock',
      `it is ${shown} here, before ${data} was last written, ${new Date(changedAt).toISOString()}`,
      remedy,
    );
  const [first] = heard;
  if (first === undefined) return good('clock', `it is ${shown}; nobody was reached to compare it with`);
  // One of them may be wrong, but hardly all of them.
  const offs = heard.map(({ said, heardAt }) => heardAt - said).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  const off = offs[0] ?? 0;
  const seconds = Math.round(Math.abs(off) / 1000);
  const says = `it is ${shown}, ${seconds} s ${off > 0 ? 'ahead of' : 'behind'} ${heard.length === 1 ? first.from : 'the nearest of those asked'}`;
  if (Math.abs(off) > 5 * minute) return mend('clock', says, remedy);
  return Math.abs(off) > minute ? beware('clock', says, remedy) : good('clock', says);
}
