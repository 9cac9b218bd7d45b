import manifest from '../../package.json' with { type: 'json' };
import { commandGroups } from './commands.ts';
import { nounSummaries } from './nouns.ts';

export const version: string = manifest.version;

/** What `trestle help` says. */
export function usage(): string {
  const { 'The server': server, 'Models (with a client key)': models, Else: others } = commandGroups;
  return [
    `Trestle ${version}: one self-hosted server in front of every AI API.`,
    ...group('The server', server.map(commandLine)),
    ...group('Models (with a client key)', models.map(commandLine)),
    ...group('Management (with an administrator key)', Object.entries(nounSummaries)),
    ...group('Else', others.map(commandLine)),
    '',
    '`trestle COMMAND --help` says more of each. Exit 0: done; 1: a server failed or is not there; 2: what you gave must be mended.',
    '',
    'Flags of start, doctor and config check:',
    '  --config FILE             settings (TRESTLE_CONFIG); ./trestle.yaml if there is one',
    '  --data DIRECTORY          what must not be lost (TRESTLE_DATA); ./data',
    '  --listen HOST:PORT        where it listens (TRESTLE_LISTEN); 127.0.0.1:4141',
    "  --admin-listen HOST:PORT  management's own address (TRESTLE_ADMIN_LISTEN)",
    '',
    'Flags of whatever asks a running server:',
    '  --url URL                 the server (TRESTLE_URL, for management TRESTLE_ADMIN_URL first); http://127.0.0.1:4141',
    '  --key KEY                 a client key (better: TRESTLE_KEY or TRESTLE_CLIENT_KEY), an administrator key (TRESTLE_ADMIN_KEY), or @FILE',
    '  --json                    for scripts',
    '',
    'Keys for the first start: TRESTLE_ADMIN_KEY, TRESTLE_CLIENT_KEY; made and printed once without them.',
    "A provider's key in the environment, such as OPENAI_API_KEY, switches that provider on.",
    'SIGTERM lets running answers finish; SIGHUP reads the settings again.',
  ].join('\n');
}

function group(title: string, lines: readonly (readonly [words: string, summary: string])[]): readonly string[] {
  return ['', `${title}:`, ...lines.map(([words, summary]) => `  trestle ${words.padEnd(28)} ${summary}`)];
}

function commandLine({
  name,
  words,
  summary,
}: {
  readonly name: string;
  readonly words: string;
  readonly summary: string;
}): readonly [string, string] {
  return [`${name} ${words}`.trimEnd(), summary];
}
