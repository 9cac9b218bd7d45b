import { isJsonObject, type Json } from '../core/json.ts';
import { factNames, type KnownModel } from '../core/model-facts.ts';
import type { OperationName } from '../core/operation.ts';
import type { Kept, Log } from '../core/ports.ts';
import type { ConfiguredProvider } from '../providers/provider.ts';
import type { ModelList } from './model-lists.ts';

/** Lists as they were read last, so that the next start knows them without a network. */
export interface KeptLists {
  of(provider: Source): ModelList | undefined;
  keep(provider: Source, list: ModelList): void;
}

/** A list is good for the entry, the kind and the address that it was read from. */
type Source = Pick<ConfiguredProvider, 'name' | 'baseUrl'> & { readonly kind: { readonly name: string } };

const file = 'model-lists.json';

export function keptLists(kept: Kept, log: Log): KeptLists {
  const lists = new Map(listsIn(kept.read(file)));
  let isStale = false;
  const write = async (): Promise<void> => {
    while (isStale) {
      isStale = false;
      await kept.write(file, JSON.stringify(Object.fromEntries(lists)));
    }
  };
  let isWriting = false;
  return {
    of: (provider) => lists.get(keyOf(provider)),
    keep(provider, list) {
      lists.set(keyOf(provider), list);
      isStale = true;
      if (isWriting) return;
      isWriting = true;
      write()
        .catch((cause: unknown) => {
          log.warn('the lists of models could not be kept for the next start', { path: file, cause });
        })
        .finally(() => {
          isWriting = false;
        });
    },
  };
}

function keyOf({ name, kind, baseUrl }: Source): string {
  return `${name} ${kind.name} ${baseUrl}`;
}

/** What cannot be read is asked for again: nothing in here is anybody's work. */
function listsIn(text: string | undefined): readonly (readonly [string, ModelList])[] {
  try {
    const value: Json = text === undefined ? null : JSON.parse(text);
    if (!isJsonObject(value)) return [];
    return Object.entries(value).flatMap(([key, list]) => {
      const read = listIn(list);
      return read === undefined ? [] : [[key, read] as const];
    });
  } catch {
    return [];
  }
}

function listIn(value: Json): ModelList | undefined {
  if (!isJsonObject(value)) return undefined;
  const { at, models } = value;
  if (typeof at !== 'number' || !Array.isArray(models)) return undefined;
  return { at, models: models.flatMap((model) => modelIn(model) ?? []) };
}

function modelIn(value: Json): KnownModel | undefined {
  if (!isJsonObject(value) || typeof value['id'] !== 'string') return undefined;
  const facts = factNames.flatMap((name) => {
    const fact = value[name];
    return typeof fact === 'number' || typeof fact === 'boolean' ? [[name, fact] as const] : [];
  });
  const operations = value['operations'];
  const known = Array.isArray(operations) ? { operations: operations as readonly OperationName[] } : {};
  return { id: value['id'], ...Object.fromEntries(facts), ...known };
}
