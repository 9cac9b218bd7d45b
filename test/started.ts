import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A Trestle started as a user starts it: its own process, its own data directory, a real port. */
export interface Started {
  readonly url: string;
  readonly pid: number;
  readonly directory: string;
  readonly adminKey: string;
  readonly clientKey: string;
  /** All that it has printed so far. */
  output(): string;
  /** Sends the signal and waits for the end; resolves with the exit code. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number>;
}

export interface StartOptions {
  /** The text of `trestle.yaml`. */
  readonly config?: string;
  /** Keeps the data of an earlier start; it is then the caller's to remove. */
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dir, '..');

export async function startTrestle({ config, directory, environment }: StartOptions = {}): Promise<Started> {
  const home = directory ?? mkdtempSync(join(tmpdir(), 'trestle-test-'));
  const file = join(home, 'trestle.yaml');
  await Bun.write(file, config ?? '{}\n');
  const keys = { TRESTLE_ADMIN_KEY: 'tr-test-admin', TRESTLE_CLIENT_KEY: 'tr-test-client' };
  const child = Bun.spawn(
    [join(root, 'bin/trestle'), 'start', '--config', file, '--data', join(home, 'data'), '--listen', '127.0.0.1:0'],
    {
      cwd: home,
      env: { PATH: Bun.env['PATH'] ?? '', HOME: home, ...keys, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const printed = collect(child.stdout, child.stderr);
  const url = await Promise.race([
    printed.line(/trestle is ready on (http:\/\/\S+)/),
    child.exited.then(() => undefined),
  ]);
  if (url === undefined) {
    if (directory === undefined) rmSync(home, { recursive: true, force: true });
    throw new Error(`Trestle did not start (exit ${child.exitCode}):\n${printed.text()}`);
  }
  return {
    url,
    pid: child.pid,
    directory: home,
    adminKey: keys.TRESTLE_ADMIN_KEY,
    clientKey: keys.TRESTLE_CLIENT_KEY,
    output: printed.text,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const code = await child.exited;
      if (directory === undefined) rmSync(home, { recursive: true, force: true });
      return code;
    },
  };
}

/** Asks the management API. */
export async function administer<T>(trestle: Started, path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(trestle.url + path, {
    ...init,
    headers: { authorization: `Bearer ${trestle.adminKey}`, 'content-type': 'application/json' },
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

function collect(...streams: readonly ReadableStream<Uint8Array>[]) {
  let text = '';
  const waiting: { readonly pattern: RegExp; readonly resolve: (found: string) => void }[] = [];
  const look = (): void => {
    for (const { pattern, resolve } of waiting) {
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    }
  };
  for (const stream of streams) {
    void (async () => {
      const decoder = new TextDecoder();
      for await (const piece of stream) {
        text += decoder.decode(piece, { stream: true });
        look();
      }
    })();
  }
  return {
    text: () => text,
    line: (pattern: RegExp) =>
      new Promise<string>((resolve) => {
        waiting.push({ pattern, resolve });
        look();
      }),
  };
}
