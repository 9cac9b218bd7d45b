import { ConfigurationError } from './config/problems.ts';
import { Failure } from './core/failure.ts';
import { commandLine, environment } from './platform/environment.ts';
import { systemTerminal } from './platform/terminal.ts';

/** The `trestle` command. Exits 2 for what its user must mend, 1 for what we must. Loads only what is asked for. */
const words = commandLine();
const terminal = systemTerminal();

try {
  if (isStart(words)) await startServer(words[0] === 'start' ? words.slice(1) : words);
  else process.exitCode = await command(words);
} catch (thrown) {
  process.exitCode = isTheirs(thrown) ? 2 : 1;
  terminal.errors.write(`trestle: ${isTheirs(thrown) ? thrown.message : Bun.inspect(thrown)}\n`);
}

/** `trestle`, `trestle start …` and `trestle --listen …` */
function isStart([first = 'start', ...others]: readonly string[]): boolean {
  if (first !== 'start' && !first.startsWith('-')) return false;
  return ![first, ...others].some((word) => ['--help', '-h', '--version'].includes(word));
}

async function startServer(given: readonly string[]): Promise<void> {
  const { serve } = await import('./serve.ts');
  await serve({ terminal, exit: (code) => process.exit(code) }, given);
}

async function command(given: readonly string[]): Promise<number> {
  const [{ run }, { bunHttpClient }, { systemClock }, { systemDisk }, { readTextNow }] = await Promise.all([
    import('./cli/run.ts'),
    import('./platform/http-client.ts'),
    import('./platform/clock.ts'),
    import('./platform/disk.ts'),
    import('./platform/files.ts'),
  ]);
  return await run(
    {
      http: bunHttpClient({ clock: systemClock }),
      clock: systemClock,
      disk: systemDisk,
      terminal,
      environment: environment(),
      readFile: readTextNow,
      readInput: terminal.readAll,
      say: (text) => terminal.out.write(`${text}\n`),
      complain: (text) => terminal.errors.write(`${text}\n`),
      kinds: async () => (await import('./providers/index.ts')).providerKinds,
    },
    given,
  );
}

function isTheirs(thrown: unknown): thrown is Error {
  return thrown instanceof ConfigurationError || (thrown instanceof Failure && thrown.kind !== 'gateway-broken');
}
