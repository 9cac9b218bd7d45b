import { didYouMean, nearestAmong } from '../core/nearest.ts';
import type { Provider } from '../providers/provider.ts';
import type { AliasSettings, ModelName } from './config.ts';
import type { Path } from './problems.ts';
import type { ProvidersRead } from './provider-settings.ts';
import { checked, type Reader } from './reader.ts';
import { aliasSchema, notYet, referenceSchema } from './schema.ts';

export interface AliasReader extends Reader {
  readonly kinds: readonly Provider[];
  readonly providers: ProvidersRead;
}

/** What an alias leads to, as it is written: models and other aliases, each with its place. */
interface Draft {
  readonly references: readonly Reference[];
  readonly pinned: boolean;
}

interface Reference {
  readonly text: string;
  readonly path: Path;
}

/** Aliases with every other alias in them followed to its models. */
export function aliasesIn(reader: AliasReader, entries: Readonly<Record<string, unknown>>): readonly AliasSettings[] {
  const drafts = new Map<string, Draft>();
  for (const [name, entry] of Object.entries(entries)) {
    const draft = draftOf(reader, name, entry);
    if (draft !== undefined) drafts.set(name, draft);
  }
  const walk: Walk = { reader, drafts, names: new Set(Object.keys(entries)), followed: new Map() };
  return [...drafts].flatMap(([name, { pinned }]) => {
    const [first, ...others] = follow(walk, [name]);
    return first === undefined ? [] : [{ name, targets: [first, ...others] as const, pinned }];
  });
}

const nameText = /^[^\p{Cc}\p{Cs}*?\s]{1,200}$/u;

function draftOf(reader: AliasReader, name: string, entry: unknown): Draft | undefined {
  const path = ['models', name];
  const wrong = nameProblem(reader, name);
  if (wrong !== undefined) reader.problems.add(path, wrong);
  const draft = typeof entry === 'string' ? shortDraft(reader, entry, path) : longDraft(reader, entry, path);
  return wrong === undefined ? draft : undefined;
}

/** `fast: openai/gpt-5-mini` */
function shortDraft(reader: AliasReader, value: string, path: Path): Draft | undefined {
  const text = checked(reader, referenceSchema, { value, path });
  return text === undefined ? undefined : { references: [{ text, path }], pinned: false };
}

function nameProblem({ providers, kinds }: AliasReader, name: string): string | undefined {
  if (!nameText.test(name))
    return 'an alias is named without spaces, stars and question marks, in 200 characters at most; choose such a name.';
  const slash = name.indexOf('/');
  const first = slash < 0 ? undefined : name.slice(0, slash);
  const taken =
    first !== undefined &&
    (providers.settings.some((each) => each.name === first) ||
      providers.declared.has(first) ||
      kinds.some((each) => each.name === first));
  return taken
    ? `this name would hide a model of the provider ${first}; choose one that does not begin with ${first}/.`
    : undefined;
}

function longDraft(reader: AliasReader, value: unknown, path: Path): Draft | undefined {
  const input = checked(reader, aliasSchema, { value, path });
  if (input === undefined) return undefined;
  const { problems } = reader;
  const { pin, targets, fallback } = input;
  const others = (fallback ?? []).map((text, index) => ({ text, path: [...path, 'fallback', index] }));
  if (pin !== undefined) {
    if (targets === undefined && fallback === undefined)
      return { references: [{ text: pin, path: [...path, 'pin'] }], pinned: true };
    problems.add(path, 'a pin stands alone; take the pin out, or targets and fallback.');
    return undefined;
  }
  const [first, second] = targets ?? [];
  if (second !== undefined) {
    problems.add([...path, 'targets', 1], notYet['weight'] ?? '');
    return undefined;
  }
  if (first === undefined) {
    problems.add(path, 'this alias leads nowhere; give it targets, such as [{ model: openai/gpt-5-mini }], or a pin.');
    return undefined;
  }
  return { references: [{ text: first.model, path: [...path, 'targets', 0, 'model'] }, ...others], pinned: false };
}

interface Walk {
  readonly reader: AliasReader;
  readonly drafts: ReadonlyMap<string, Draft>;
  /** Every alias in the file, also those that could not be read. */
  readonly names: ReadonlySet<string>;
  /** What has been followed already: each alias once, however many lead to it. */
  readonly followed: Map<string, readonly ModelName[]>;
}

const longestWay = 16;

/** The models that the last of these aliases leads to; the others led to it. */
function follow(walk: Walk, way: readonly string[]): readonly ModelName[] {
  const name = way.at(-1) ?? '';
  const known = walk.followed.get(name);
  if (known !== undefined) return known;
  const { references, pinned } = walk.drafts.get(name) ?? { references: [], pinned: false };
  const models = references.flatMap(({ text, path }) => {
    if (!walk.names.has(text) || pinned) return modelIn(walk, { text, path }, pinned) ?? [];
    if (way.length > longestWay) {
      walk.reader.problems.add(path, `it leads through more than ${longestWay} aliases; name the model here.`);
      return [];
    }
    if (!way.includes(text)) return follow(walk, [...way, text]);
    const circle = [...way.slice(way.indexOf(text)), text].join(' -> ');
    walk.reader.problems.add(path, `these aliases lead to each other in a circle: ${circle}; break it.`);
    return [];
  });
  const found = unique(models);
  walk.followed.set(name, found);
  return found;
}

/** `provider/model` of a provider that is there. */
function modelIn({ reader, names }: Walk, { text, path }: Reference, pinned: boolean): ModelName | undefined {
  const { settings, discoverable, declared } = reader.providers;
  const slash = text.indexOf('/');
  const provider = text.slice(0, Math.max(0, slash));
  const model = text.slice(slash + 1);
  const isKnown = [...settings, ...discoverable].some(({ name }) => name === provider);
  if (model !== '' && isKnown) return { provider, model };
  // Its own entry is wrong; that is said there.
  if (model !== '' && declared.has(provider)) return undefined;
  const wanted = pinned || slash > 0 ? strangerRemedy(reader, { provider, model }) : aliasRemedy(names, text);
  reader.problems.add(path, `found ${JSON.stringify(text.slice(0, 80))}; ${wanted}`);
  return undefined;
}

function aliasRemedy(names: ReadonlySet<string>, text: string): string {
  const meant = didYouMean(nearestAmong([...names])(text).slice(0, 1));
  return `there is no such alias, and a model is written provider/model${meant === '' ? '.' : `; ${meant}`}`;
}

/** What to do about a model of a provider that is not there. */
export function strangerRemedy({ providers, kinds }: AliasReader, { provider, model }: ModelName): string {
  if (provider.length === 0 || model.length === 0) return 'a model is wanted here, written provider/model.';
  if (providers.off.has(provider)) return `${provider} is switched off in this file.`;
  const [variable] = kinds.find(({ name }) => name === provider)?.auth.environment ?? [];
  if (variable !== undefined) return `${provider} has no key: set ${variable}, or give it an entry under providers.`;
  const known = providers.settings.map(({ name }) => name);
  const near = nearestAmong(known)(provider).slice(0, 1);
  const meant = didYouMean(near.map((name) => `${name}/${model}`));
  const list = `There are ${known.join(', ')}.`;
  return `there is no provider ${JSON.stringify(provider.slice(0, 80))}${meant === '' ? '.' : `; ${meant}`} ${list}`;
}

function unique(models: readonly ModelName[]): readonly ModelName[] {
  return [...new Map(models.map((each) => [`${each.provider}/${each.model}`, each])).values()];
}
