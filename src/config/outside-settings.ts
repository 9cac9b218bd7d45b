import { type Secret, secret } from '../core/secret.ts';
import { parseAddress } from './address.ts';
import { type Address, type LogLevel, logLevels } from './config.ts';
import type { Flags } from './flags.ts';
import { type Environment, variable } from './interpolation.ts';
import type { Problems } from './problems.ts';
import { describe } from './reader.ts';

/** What flags and environment say; a flag comes before a variable. */
export interface OutsideSettings {
  readonly listen: Address | undefined;
  readonly adminListen: Address | undefined;
  readonly data: string | undefined;
  readonly logLevel: LogLevel | undefined;
  readonly adminKey: Secret | undefined;
  readonly clientKey: Secret | undefined;
}

export interface Outside {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly problems: Problems;
}

export function outsideSettings(outside: Outside): OutsideSettings {
  const { flags, environment, problems } = outside;
  for (const [name, sentence] of Object.entries(notYet)) {
    if (variable(environment, name) !== undefined) problems.addOutside('environment', name, sentence);
  }
  const adminKey = keyIn(outside, 'TRESTLE_ADMIN_KEY');
  const clientKey = keyIn(outside, 'TRESTLE_CLIENT_KEY');
  if (adminKey !== undefined && adminKey.reveal() === clientKey?.reveal()) {
    const sentence = 'it is the same as TRESTLE_ADMIN_KEY, so that every client would administer; choose another.';
    problems.addOutside('environment', 'TRESTLE_CLIENT_KEY', sentence);
  }
  return {
    listen: addressIn(outside, { flag: '--listen', value: flags.listen, name: 'TRESTLE_LISTEN' }),
    adminListen: addressIn(outside, { flag: '--admin-listen', value: flags.adminListen, name: 'TRESTLE_ADMIN_LISTEN' }),
    data: flags.data ?? variable(environment, 'TRESTLE_DATA'),
    logLevel: logLevelIn(outside),
    adminKey,
    clientKey,
  };
}

/** Variables of the interface that this version cannot honour yet. */
const notYet: Readonly<Record<string, string>> = {
  DATABASE_URL: 'this version keeps everything in SQLite, in its data directory; unset it for this process.',
  REDIS_URL: 'this version keeps everything in SQLite and in memory; unset it for this process.',
};

interface Given {
  readonly flag: string;
  readonly value: string | undefined;
  readonly name: string;
}

function addressIn({ environment, problems }: Outside, { flag, value, name }: Given): Address | undefined {
  const text = value ?? variable(environment, name);
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (address !== undefined) return address;
  const [place, key] = value === undefined ? (['environment', name] as const) : (['command line', flag] as const);
  problems.addOutside(place, key, `found ${describe(text)}, wanted an address and a port, such as 127.0.0.1:4141.`);
  return undefined;
}

function logLevelIn({ environment, problems }: Outside): LogLevel | undefined {
  const text = variable(environment, 'TRESTLE_LOG');
  const level = logLevels.find((each) => each === text);
  if (text !== undefined && level === undefined) {
    problems.addOutside(
      'environment',
      'TRESTLE_LOG',
      `found ${describe(text)}, wanted one of ${logLevels.join(', ')}.`,
    );
  }
  return level;
}

const keyText = /^[\x21-\x7e]{1,512}$/;

function keyIn({ environment, problems }: Outside, name: string): Secret | undefined {
  const text = variable(environment, name);
  if (text === undefined) return undefined;
  if (keyText.test(text)) return secret(text);
  const sentence =
    'it cannot stand in a header: it has spaces or unprintable characters in it, or more than 512; choose another.';
  problems.addOutside('environment', name, sentence);
  return undefined;
}
