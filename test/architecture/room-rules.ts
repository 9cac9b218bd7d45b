import type { IForbiddenRuleType } from 'dependency-cruiser';

/** Which rooms each room may import from, besides itself. What is not listed is refused. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  dialects: ['core'],
  providers: ['core', 'dialects'],
  catalog: ['core', 'store', 'providers', 'config', 'policies'],
  store: ['core'],
  platform: ['core'],
  config: ['core', 'providers', 'store'],
  sandbox: ['core', 'providers'],
  policies: ['core', 'store'],
  pipeline: ['core', 'dialects', 'providers', 'catalog', 'policies', 'store'],
  management: ['core', 'store'],
  jobs: ['core', 'store'],
  cli: ['core', 'config', 'dialects', 'management', 'providers'],
};

/** Rooms in which everything may meet. */
const meetingRooms = ['transports'];

/** Where only types may be taken from another room: its values would be knowledge of how it works. */
const typesOnly: readonly (readonly [from: string, to: string])[] = [
  ['policies', 'store'],
  ['management', 'store'],
  ['jobs', 'store'],
  ['catalog', 'store'],
  ['catalog', 'policies'],
  ['catalog', 'config'],
  ['config', 'store'],
  ['config', 'providers'],
  ['sandbox', 'providers'],
];

/** The architecture as dependency-cruiser reads it. Paths begin at the folder that holds `src`. */
export function roomRules(): IForbiddenRuleType[] {
  return [...Object.entries(mayImport).map(roomRule), ...typesOnly.map(typesRule), ...siblingRules(), noCycles];
}

/** Every folder in `src` must have a rule, so that a new room is thought about. */
export function unruledRooms(rooms: readonly string[]): readonly string[] {
  return rooms.filter((room) => !(room in mayImport) && !meetingRooms.includes(room));
}

function roomRule([room, allowed]: [string, readonly string[]]): IForbiddenRuleType {
  const open = [room, ...allowed].join('|');
  return {
    name: `${room}-knows-only-its-own`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
    to: { path: '^(src|test|bench)/', pathNot: `^src/(${open})/` },
  };
}

function typesRule([from, to]: readonly [string, string]): IForbiddenRuleType {
  return {
    name: `${from}-takes-only-types-of-${to}`,
    severity: 'error',
    from: { path: `^src/${from}/`, pathNot: '\\.test\\.ts$' },
    to: { path: `^src/${to}/`, dependencyTypesNot: ['type-only'] },
  };
}

/**
 * A dialect never imports another dialect, a provider never another provider. What a vendor's dialects share stands in a
 * folder by the vendor's name: `openai/` is open to `openai-chat/`, and to no `anthropic-…`.
 */
function siblingRules(): IForbiddenRuleType[] {
  return [
    {
      name: 'a-dialect-stands-alone',
      severity: 'error',
      from: { path: '^src/dialects/(([^/-]+)[^/]*)/' },
      to: { path: '^src/dialects/[^/]+/', pathNot: '^src/dialects/($1|$2)/' },
    },
    {
      name: 'a-provider-stands-alone',
      severity: 'error',
      from: { path: '^src/providers/', pathNot: '^src/providers/(index|configure)\\.ts$|\\.test\\.ts$' },
      to: {
        path: '^src/providers/',
        pathNot: '^src/providers/(provider|auth|model-traits|model-listing|claude|gpt|entra|renewed-token)\\.ts$',
      },
    },
  ];
}

const noCycles: IForbiddenRuleType = {
  name: 'no-cycles',
  severity: 'error',
  from: {},
  to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
};
