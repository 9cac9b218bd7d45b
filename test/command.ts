import { join, resolve } from 'node:path';
import type { Started } from './started.ts';

/** What a command did. */
export interface Ended {
  readonly code: number;
  readonly said: string;
  readonly complained: string;
}

export interface CommandOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const trestleCommand = join(resolve(import.meta.dir, '..'), 'bin/trestle');

/** The `trestle` command as its user runs it beside a server, with the keys of that server. */
export function commandOf(trestle: Started) {
  return async (words: readonly string[], { input = '', environment = {} }: CommandOptions = {}): Promise<Ended> => {
    const child = Bun.spawn([trestleCommand, ...words], {
      cwd: trestle.directory,
      env: { ...surroundings(trestle), ...environment },
      stdin: new TextEncoder().encode(input),
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [said, complained] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { code: await child.exited, said, complained };
  };
}

/** The variables of a shell beside a server. */
export function surroundings({ url, adminKey, clientKey }: Started): Readonly<Record<string, string>> {
  return {
    PATH: Bun.env['PATH'] ?? '',
    TERM: 'xterm',
    TRESTLE_URL: url,
    TRESTLE_ADMIN_KEY: adminKey,
    TRESTLE_CLIENT_KEY: clientKey,
  };
}

/** The command at a terminal of its own. */
export interface Typed {
  readonly exited: Promise<number>;
  /** Waits until this has been shown since the last wait, five seconds at most. */
  shown(pattern: RegExp): Promise<string>;
  type(text: string): void;
  end(): void;
}

/** The same at a real terminal, with somebody who types. */
export function typedCommand(trestle: Started, words: readonly string[]): Typed {
  let screen = '';
  const decoder = new TextDecoder();
  const child = Bun.spawn([trestleCommand, ...words], {
    cwd: trestle.directory,
    env: { ...surroundings(trestle) },
    terminal: {
      cols: 100,
      rows: 40,
      data: (_, bytes) => {
        screen += decoder.decode(bytes, { stream: true });
      },
    },
  });
  return {
    exited: child.exited,
    async shown(pattern) {
      for (let look = 0; look < 250; look += 1) {
        const found = pattern.exec(screen);
        if (found !== null) {
          screen = screen.slice(found.index + found[0].length);
          return found[0];
        }
        await Bun.sleep(20);
      }
      throw new Error(`${pattern} was not shown, but:\n${screen}`);
    },
    type: (text) => void child.terminal?.write(text),
    end() {
      child.kill('SIGKILL');
      child.terminal?.close();
    },
  };
}
