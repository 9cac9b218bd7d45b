import { didYouMean, nearestAmong } from '../core/nearest.ts';
import type { Provider } from '../providers/provider.ts';
import type { AliasSettings, ModelName } from './config.ts';
import type { Path } from './problems.ts';
import type { ProvidersRead } from './provider-settings.ts';
import { checked, type Reader } from './reader.ts';
import { type AliasInput, aliasSchema, notYet } from './schema.ts';

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
  const names = new Set(Object.keys(entries));
  return [...drafts].flatMap(([name, { pinned }]) => {
    const targets = modelsOf({ reader, drafts, names, way: [name] });
    const [first, ...others] = unique(targets);
    return first === undefined ? [] : [{ name, targets: [first, ...others] as const, pinned }];
  });
}

const nameText = /^[^\p{Cc}\p{Cs}*?\s]{1,200}$/u;

function draftOf(reader: AliasReader, name: string, entry: unknown): Draft | undefined {
  const path = ['models', name];
  const wrong = nameProblem(reader, name);
  if (wrong !== undefined) reader.problems.add(path, wrong);
  const input = checked(reader, aliasSchema, {
    value: typeof entry === 'string' ? { targets: [{ model: entry }] } : entry,
    path,
  });
  return wrong === undefined && input !== undefined ? draftFrom(reader, input, path) : undefined;
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

function draftFrom({ problems }: AliasReader, { pin, targets, fallback }: AliasInput, path: Path): Draft | undefined {
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
  /** The aliases that led here, the one in question last. */
  readonly way: readonly string[];
}

function modelsOf(walk: Walk): readonly ModelName[] {
  const { drafts, names, way, reader } = walk;
  const { references, pinned } = drafts.get(way.at(-1) ?? '') ?? { references: [], pinned: false };
  return references.flatMap(({ text, path }) => {
    if (!names.has(text) || pinned) return modelIn(walk, text, path) ?? [];
    if (!way.includes(text)) return modelsOf({ ...walk, way: [...way, text] });
    reader.problems.add(
      path,
      `these aliases lead to each other in a circle: ${[...way.slice(way.indexOf(text)), text].join(' -> ')}; break it.`,
    );
    return [];
  });
}

/** `provider/model` of a provider that is there. */
function modelIn({ reader, names }: Walk, text: string, path: Path): ModelName | undefined {
  const { settings, declared, off } = reader.providers;
  const slash = text.indexOf('/');
  const provider = text.slice(0, Math.max(0, slash));
  const model = text.slice(slash + 1);
  if (settings.some(({ name }) => name === provider) && model !== '') return { provider, model };
  // Its own entry is wrong; that is said there.
  if (declared.has(provider) && model !== '') return undefined;
  reader.problems.add(
    path,
    `found ${JSON.stringify(text.slice(0, 80))}; ${referenceRemedy({ reader, names, off, provider, model })}`,
  );
  return undefined;
}

function referenceRemedy(lost: {
  readonly reader: AliasReader;
  readonly names: ReadonlySet<string>;
  readonly off: ReadonlySet<string>;
  readonly provider: string;
  readonly model: string;
}): string {
  const { reader, names, off, provider, model } = lost;
  if (off.has(provider)) return `${provider} is switched off in this file.`;
  const [variable] = reader.kinds.find(({ name }) => name === provider)?.auth.environment ?? [];
  if (variable !== undefined && model !== '')
    return `${provider} has no key: set ${variable}, or give it an entry under providers.`;
  const known = reader.providers.settings.map(({ name }) => name);
  if (provider === '') {
    const meant = didYouMean(nearestAmong([...names])(model).slice(0, 1));
    return `there is no such alias, and a model is written provider/model${meant === '' ? '.' : `; ${meant}`}`;
  }
  const meant = didYouMean(
    nearestAmong(known)(provider)
      .slice(0, 1)
      .map((name) => `${name}/${model}`),
  );
  return `there is no provider ${JSON.stringify(provider.slice(0, 80))}${meant === '' ? '.' : `; ${meant}`} There are ${known.join(', ')}.`;
}

function unique(models: readonly ModelName[]): readonly ModelName[] {
  return [...new Map(models.map((each) => [`${each.provider}/${each.model}`, each])).values()];
}
