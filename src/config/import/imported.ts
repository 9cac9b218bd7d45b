import type { Json, JsonObject } from '../../core/json.ts';
import type { Path } from '../problems.ts';

/** What came of another gateway's configuration. */
export interface Imported {
  /** The text of a `trestle.yaml`. May hold credentials, as what it came from did. */
  readonly text: string;
  /** What has no equivalent, and what must be looked at, in the order of the file. Never shows a secret. */
  readonly notes: readonly Note[];
}

export interface Note {
  /** `config.yaml:12:5` */
  readonly place: string;
  /** `model_list[0].litellm_params.rpm` */
  readonly key: string;
  readonly sentence: string;
}

/** As somebody reads the file from its beginning. */
export function inOrder(notes: readonly Note[]): readonly Note[] {
  return notes.toSorted((a, b) => a.place.localeCompare(b.place, 'en', { numeric: true }));
}

/** Writes down what has no equivalent. */
export type Remark = (path: Path, sentence: string) => void;

/** One provider as it was used there. */
export interface ProviderDraft {
  /** The kind here. */
  readonly kind: string;
  readonly settings: JsonObject;
}

/** A `trestle.yaml` while it is put together. */
export interface Draft {
  /** The name of the entry with exactly these settings: made where there is none yet. */
  provider(wanted: ProviderDraft): string;
  /** Puts what is known of a model into its provider's entry; what is there already stays, and the answer is false. */
  describe(
    provider: string,
    setting: 'prices' | 'models',
    known: { readonly model: string; readonly is: Json },
  ): boolean;
  /** Names of ours: what they lead to, in order. */
  alias(name: string, targets: readonly string[]): void;
  /** Asks what another name leads to when this one's own targets have failed. Both must be there. */
  fallBack(name: string, other: string): void;
  readonly aliases: ReadonlyMap<string, AliasDraft>;
  set(section: 'log' | 'limits' | 'retry', name: string, value: Json): void;
  written(): JsonObject;
}

export interface AliasDraft {
  readonly targets: readonly string[];
  /** Other aliases, whose targets are asked after these. */
  readonly after: readonly string[];
}

export function openDraft(): Draft {
  const providers = new Map<string, { readonly draft: string; readonly entry: Record<string, Json> }>();
  const aliases = new Map<string, AliasDraft>();
  const sections = new Map<string, Record<string, Json>>();
  return {
    aliases,
    provider({ kind, settings }) {
      const draft = JSON.stringify([kind, settings]);
      const known = [...providers].find(([, each]) => each.draft === draft)?.[0];
      if (known !== undefined) return known;
      const name = nameFor(kind, providers);
      providers.set(name, { draft, entry: { ...(name === kind ? {} : { type: kind }), ...settings } });
      return name;
    },
    describe(provider, setting, { model, is }) {
      const entry = providers.get(provider)?.entry;
      if (entry === undefined) return false;
      const before = (entry[setting] ?? {}) as JsonObject;
      if (Object.hasOwn(before, model)) return JSON.stringify(before[model]) === JSON.stringify(is);
      entry[setting] = { ...before, [model]: is };
      return true;
    },
    alias: (name, targets) => void aliases.set(name, { targets, after: [] }),
    fallBack(name, other) {
      const alias = aliases.get(name);
      if (alias !== undefined) aliases.set(name, { ...alias, after: [...alias.after, other] });
    },
    set(section, name, value) {
      sections.set(section, { ...sections.get(section), [name]: value });
    },
    written: () => ({
      ...Object.fromEntries(sections),
      ...(providers.size === 0
        ? {}
        : { providers: Object.fromEntries([...providers].map(([name, { entry }]) => [name, entry])) }),
      ...(aliases.size === 0
        ? {}
        : { models: Object.fromEntries([...aliases.keys()].map((name) => [name, aliasEntry(aliases, name)])) }),
    }),
  };
}

function nameFor(kind: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(kind) && kind !== 'openai-compatible') return kind;
  const base = kind === 'openai-compatible' ? 'compatible' : kind;
  for (let number = base === kind ? 2 : 1; ; number += 1) {
    if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
  }
}

/** Aliases that fall back to each other would be a circle here; the targets themselves are none. */
function aliasEntry(aliases: ReadonlyMap<string, AliasDraft>, name: string): Json {
  const { targets = [], after = [] } = aliases.get(name) ?? {};
  const others = after.flatMap((other) => modelsOf(aliases, other));
  const [first = '', ...fallback] = new Set([...targets, ...others]);
  return fallback.length === 0 ? first : { targets: [{ model: first }], fallback };
}

function modelsOf(aliases: ReadonlyMap<string, AliasDraft>, name: string): readonly string[] {
  return (
    aliases.get(name)?.targets.flatMap((target) => (aliases.has(target) ? modelsOf(aliases, target) : [target])) ?? []
  );
}
