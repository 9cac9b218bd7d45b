import type { Config } from '../config/config.ts';
import { readFlags } from '../config/flags.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigurationError } from '../config/problems.ts';
import { startFlags } from './config-check.ts';
import { clockFinding, dataFindings, diskFinding, type TimeHeard } from './doctor-machine.ts';
import { providerFindings } from './doctor-providers.ts';
import { serverFindings } from './doctor-server.ts';
import { settingFindings } from './doctor-settings.ts';
import { providerTests } from './doctor-tests.ts';
import { type Finding, good, mend } from './finding.ts';
import { noWords, readWords, type Words } from './flags.ts';
import { plain } from './plain.ts';
import { withProgress } from './progress.ts';
import { serverFlags } from './server.ts';
import type { ExitCode, Tools } from './tools.ts';

export const doctorHelp = `trestle doctor [flags]

  Looks at the configuration, the data directory, the disk, the clock, the server, its keys and every provider, and says
  what to do. Exit 1 if something must be mended. Nothing is changed, and no model is asked.

  --offline  ask neither the server nor providers
  --json     { "ok", "findings" }
  --config, --data, --listen, --admin-listen as of start
  --url URL  the server (TRESTLE_URL); http://127.0.0.1:4141
  --key KEY  an administrator key (better: TRESTLE_ADMIN_KEY), or @FILE; a client key is tried if TRESTLE_KEY or TRESTLE_CLIENT_KEY is set`;

/** `trestle doctor` */
export async function doctor(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  const given = readWords(words, { values: [...startFlags, ...serverFlags], switches: ['json', 'offline'] });
  noWords(given);
  const flags = startFlags.flatMap((name) =>
    given.values[name] === undefined ? [] : [`--${name}=${given.values[name]}`],
  );
  const read = await configIn(tools, flags);
  const offline = given.switches.has('offline');
  const { server, providers, times } = await withProgress(tools, 'doctor', () =>
    offline ? Promise.resolve(nobody) : outside(tools, given.values, read.config),
  );
  const data = read.config?.data ?? given.values['data'] ?? (tools.environment['TRESTLE_DATA'] || './data');
  const findings = [read.finding, ...machineFindings(tools, data, times), ...server, ...providers];
  const ok = !findings.some(({ state }) => state === 'mend');
  tools.say(given.switches.has('json') ? JSON.stringify({ ok, findings }) : findingsText(findings, ok));
  return ok ? 0 : 1;
}

interface Outside {
  readonly server: readonly Finding[];
  readonly providers: readonly Finding[];
  readonly times: readonly TimeHeard[];
}

const nobody: Outside = { server: [], providers: [], times: [] };

/** A server that runs knows its providers best; without one, they are asked from here. */
async function outside(tools: Tools, values: Words['values'], config: Config | undefined): Promise<Outside> {
  const [{ findings: server, admin }, seen] = await Promise.all([
    serverFindings(tools, values),
    config === undefined ? [] : providerFindings(tools, config),
  ]);
  const [tests, warned] =
    admin === undefined ? [] : await Promise.all([providerTests(tools, admin), settingFindings(tools, admin)]);
  const times = seen.flatMap((each) => each.times);
  return { server: [...server, ...(warned ?? [])], providers: tests ?? seen.map(({ finding }) => finding), times };
}

interface ConfigRead {
  readonly finding: Finding;
  readonly config?: Config;
}

async function configIn(tools: Tools, flags: readonly string[]): Promise<ConfigRead> {
  try {
    const config = loadConfig({ ...tools, flags: readFlags(flags), kinds: await tools.kinds() });
    const from = config.file ?? 'no file, so that everything is as it is by default';
    return {
      config,
      finding: good(
        'configuration',
        `${from}: ${counted(config.providers, 'provider')}, ${counted(config.aliases, 'alias')}`,
      ),
    };
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    const [, ...lines] = thrown.message.split('\n');
    return { finding: mend('configuration', 'it cannot be used', lines.map((line) => line.trim()).join('\n')) };
  }
}

/** Where the data is said to be is looked at even if the rest of the configuration cannot be used. */
function machineFindings(tools: Tools, data: string, times: readonly TimeHeard[]): readonly Finding[] {
  return [...dataFindings(tools, { data }), diskFinding(tools, { data }), clockFinding(tools, { data }, times)];
}

function counted(list: readonly unknown[], one: 'provider' | 'alias'): string {
  return `${list.length} ${list.length === 1 ? one : { provider: 'providers', alias: 'aliases' }[one]}`;
}

const marks = { good: 'ok', beware: 'beware', mend: 'MEND', unknown: '-' } as const;

function findingsText(findings: readonly Finding[], ok: boolean): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.flatMap(({ about, state, says, remedy }) => [
    `${marks[state].padEnd(6)}  ${about.padEnd(width)}  ${plain(says)}`,
    ...(remedy ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `${' '.repeat(width + 10)}-> ${plain(line)}`),
  ]);
  const count = findings.filter(({ state }) => state === 'mend').length;
  const sum = ok ? 'Nothing must be mended.' : `${count === 1 ? 'One thing' : `${count} things`} must be mended.`;
  return [...lines, '', sum].join('\n');
}
