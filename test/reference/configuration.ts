import type { z } from 'zod';
import { aliasSchema, notYet, providerSchema, rootSchema } from '../../src/config/schema.ts';
import { unitClassNames, usageClassNames } from '../../src/core/usage.ts';
import { providerKinds } from '../../src/providers/index.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { generated, tableOf } from './page.ts';
import { aliasPurposes, providerPurposes, purposes } from './purposes.ts';
import { settingsOf } from './settings.ts';

/** `docs/reference/configuration.md` */
export function configurationPage(): string {
  return [
    generated('Configuration'),
    'One YAML file, `./trestle.yaml` or what `--config` names, and it may be empty. A mistake in it stops the start with its',
    'place, what was found and what to do; `trestle config check` says the same without a start. [examples/trestle.yaml](../../examples/trestle.yaml)',
    'shows it whole.',
    '',
    '`"\u0024{NAME}"` takes a value from the environment, and is refused while that is not set; `$\u0024{` means the characters themselves.',
    'Flags come before the environment, and that before the file. Relative paths begin where Trestle was started.',
    '',
    '## Settings',
    '',
    settingTable(rootSchema, purposes),
    '',
    '## Flags and environment',
    '',
    tableOf(['Flag', 'Environment', 'Setting'], outside),
    '',
    '## Providers',
    '',
    'An entry of `providers` has these settings, all of them optional where its kind has a default.',
    '',
    settingTable(providerSchema, providerPurposes),
    '',
    'The kinds. A key in the environment switches its kind on without an entry.',
    '',
    tableOf(['Kind', 'Address', 'Key', 'Operations', 'Besides'], providerKinds.map(kindRow)),
    '',
    '## Prices',
    '',
    `A price names ${names(usageClassNames)} in USD per million tokens; ${names(unitClassNames)} in USD each; and \`request\` in USD per call.`,
    'Without a price of their own, cached input costs as input and reasoning as output. Classes never overlap. Seconds are counted by',
    'the millisecond. And:',
    '',
    tableOf(['Setting', 'What for'], priceSettings),
    '',
    '## Aliases',
    '',
    '`name: provider/model` in `models`, or these:',
    '',
    settingTable(aliasSchema, aliasPurposes),
    '',
    '## Reserved',
    '',
    'These words are refused with a reason rather than ignored.',
    '',
    tableOf(
      ['Word', 'Why'],
      Object.entries(notYet).map(([word, why]) => [`\`${word}\``, why]),
    ),
    '',
  ].join('\n');
}

const priceSettings: readonly (readonly string[])[] = [
  [
    '`tiers`',
    'other prices for the whole of a call with a longer input: `[{ above: 200000, input: 2.5, output: 15 }]`',
  ],
  [
    '`service_tiers`',
    'other prices by the tier of service that answered, each complete: `{ flex: { input: 0.6, output: 5 } }`. Vendors\u2019 `standard` and `on_demand` are the usual one',
  ],
  [
    '`instance_usd_per_hour`',
    'what a machine of your own costs, as a price of the time that calls take; `parallel` says how many share it',
  ],
];

function names(classes: Readonly<Record<string, string>>): string {
  return Object.values(classes)
    .map((name) => `\`${name}\``)
    .join(', ');
}

const outside: readonly (readonly string[])[] = [
  ['`--config`', '`TRESTLE_CONFIG`', ''],
  ['`--data`', '`TRESTLE_DATA`', '`data`'],
  ['`--listen`', '`TRESTLE_LISTEN`', '`listen`'],
  ['`--admin-listen`', '`TRESTLE_ADMIN_LISTEN`', '`admin_listen`'],
  ['', '`TRESTLE_LOG`', '`log.level`'],
  ['', '`TRESTLE_ADMIN_KEY`', 'a key with the role admin, taken up when it is not known yet'],
  ['', '`TRESTLE_CLIENT_KEY`', 'a key with the role client, taken up when it is not known yet'],
];

function settingTable(schema: z.ZodObject, words: Readonly<Record<string, string>>): string {
  const settings = settingsOf(schema);
  const stale = Object.keys(words).filter((path) => !settings.some((setting) => setting.path === path));
  if (stale.length > 0) throw new Error(`purposes.ts speaks of settings that are not there: ${stale.join(', ')}`);
  const rows = settings.map(({ path, wanted, usual }) => {
    const words_ = words[path];
    if (words_ === undefined) throw new Error(`purposes.ts says nothing of ${path}`);
    return [`\`${path}\``, words_, wanted, usual === undefined ? '' : `\`${usual}\``];
  });
  return tableOf(['Setting', 'What for', 'What it takes', 'Default'], rows);
}

function kindRow({
  name,
  baseUrl,
  auth,
  operations,
  builtIn,
  discovered,
  addresses = [],
}: Provider): readonly string[] {
  const offered = Object.entries(operations).map(
    ([operation, offers]) => `${operation} (${[...new Set(offers.map(({ dialect }) => dialect.name))].join(', ')})`,
  );
  const besides = [
    builtIn === true ? 'built in, always on' : '',
    discovered === true ? 'found by itself at this address' : '',
    auth.identity === undefined ? '' : 'an identity instead of a key',
  ];
  const key = auth.environment.map((variable) => `\`${variable}\``).join(' or ');
  const address = baseUrl ?? addresses.map((variable) => `\`${variable}\``).join(' or ');
  return [
    `\`${name}\``,
    builtIn === true ? '' : address === '' ? 'must be given' : address,
    key === '' ? 'none needed' : key,
    offered.join(', '),
    besides.filter((word) => word !== '').join(', '),
  ];
}
