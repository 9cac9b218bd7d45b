import type { Procedure } from '../management/procedure.ts';
import { type Field, fieldsOf } from './fields.ts';
import { commandOf, ownFlags } from './question.ts';

/** `trestle keys --help` */
export function verbsHelp(noun: string, procedures: readonly Procedure[]): string {
  const lines = procedures.map((each) => [
    `trestle ${[commandOf(each.name), ...pathWords(each)].join(' ')}`,
    each.summary,
  ]);
  return [`What can be done with ${noun}:`, '', ...aligned(lines), '', `More with: trestle ${noun} VERB --help`].join(
    '\n',
  );
}

/** `trestle keys create --help` */
export function procedureHelp(procedure: Procedure): string {
  const { path, flags } = fieldsOf(procedure);
  const command = [
    'trestle',
    commandOf(procedure.name),
    ...pathWords(procedure),
    ...(flags.length > 0 ? ['[flags]'] : []),
  ];
  return [
    command.join(' '),
    '',
    `  ${procedure.summary}`,
    '',
    ...aligned([...path.map((field) => [field.flag.toUpperCase(), meaning(field)]), ...flags.map(flagLine)]),
    ...(path.length + flags.length === 0 ? [] : ['']),
    ...(flags.length === 0
      ? []
      : ['  A value of @FILE is the text in it, @- what is piped in: secrets need not stand on a command line.', '']),
    ...aligned([
      ['--fields FILE', ownFlags.fields],
      ...(procedure.method === 'GET' ? [] : [['--if-match ETAG', ownFlags['if-match']]]),
      ...(flags.some(({ name }) => name === 'after') ? [['--all', ownFlags.all]] : []),
      ['--json', ownFlags.json],
      ...(procedure.method === 'GET' ? [['--csv', ownFlags.csv]] : []),
      ['--url URL', 'the server (TRESTLE_ADMIN_URL, TRESTLE_URL); http://127.0.0.1:4141'],
      ['--key KEY', 'an administrator key (better: TRESTLE_ADMIN_KEY), or @FILE'],
    ]),
  ].join('\n');
}

function pathWords(procedure: Procedure): readonly string[] {
  return fieldsOf(procedure).path.map(({ flag }) => flag.toUpperCase());
}

function flagLine(field: Field): readonly string[] {
  return [`--${field.flag} ${field.looks}`, meaning(field)];
}

function meaning({ required, nullable, takes, description = '' }: Field): string {
  const words = [
    required ? 'Required.' : '',
    description,
    takes === 'moment' ? '2027-01-31, 2027-01-31T12:00:00Z, +30d from now, -12h ago.' : '',
    nullable ? 'null empties it.' : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

/** Two columns; where the first one is long, the second one begins on the next line. */
function aligned(lines: readonly (readonly string[])[]): readonly string[] {
  const width = Math.min(30, Math.max(0, ...lines.map(([first = '']) => first.length)));
  return lines.map(([first = '', second = '']) =>
    first.length <= width
      ? `  ${first.padEnd(width)}  ${second}`.trimEnd()
      : `  ${first}\n  ${' '.repeat(width)}  ${second}`,
  );
}
