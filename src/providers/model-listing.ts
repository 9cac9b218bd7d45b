import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { KnownModel } from '../core/model-facts.ts';
import type { OperationName } from '../core/operation.ts';

/** Where a vendor lists its models, and where in an entry of the list it says what of one. */
export interface ModelListing {
  /** Joined to the base URL. */
  readonly path: string;
  /** Sent along, beside what signs every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** It comes in pages, the next one asked for with this query parameter and the last id of the one before. */
  readonly after?: string;
  readonly says?: ModelSigns;
  /** Not everybody of this kind has a list: that there is none is no trouble. */
  readonly perhaps?: true;
}

/** A member of an entry, or one within another: `limits.output`. `*` stands for every item of a list. */
export type Place = string;

/** True where the member is true, is one of these words, or has one of them among its own. */
export interface Sign {
  readonly at: Place;
  readonly words?: readonly string[];
}

export interface ModelSigns {
  /** Several places where servers of one kind differ. */
  readonly contextTokens?: Place | readonly Place[];
  readonly maxOutputTokens?: Place | readonly Place[];
  /** A date. */
  readonly retiresAt?: Place;
  readonly vision?: Sign;
  readonly tools?: Sign;
  readonly jsonSchema?: Sign;
  readonly reasoning?: Sign;
  /** By what it says of a model it can be told what is asked of that model. */
  readonly operations?: { readonly [Op in OperationName]?: Sign };
  /** These cannot be asked for. */
  readonly gone?: Sign;
}

export interface ModelPage {
  readonly models: readonly KnownModel[];
  /** The id after which the list goes on; absent at its end. */
  readonly next?: string;
}

/** Reads a page of a vendor's list. Undefined if it is no list of models; an entry without an id is left out. */
export function readModels({ after, says = {} }: ModelListing, value: Json): ModelPage | undefined {
  const entries = entriesOf(value);
  if (entries === undefined) return undefined;
  const models = entries.flatMap((entry) => modelOf(entry, says) ?? []);
  const last = lastId(entries);
  const more = after !== undefined && isJsonObject(value) && value['has_more'] === true;
  return more && last !== undefined ? { models, next: last } : { models };
}

/** Under `data`, as OpenAI has it, or alone. */
function entriesOf(value: Json): readonly Json[] | undefined {
  const list = isJsonObject(value) ? value['data'] : value;
  return Array.isArray(list) ? list : undefined;
}

/** What can be asked for in a path, a header and a price: no vendor's name is longer or has other characters. */
const idText = /^[^\p{Cc}\p{Cs}\s]{1,512}$/u;

function modelOf(entry: Json, says: ModelSigns): KnownModel | undefined {
  if (!isJsonObject(entry)) return undefined;
  const id = entry['id'];
  if (typeof id !== 'string' || !idText.test(id) || signAt(entry, says.gone) === true) return undefined;
  const operations = operationsOf(entry, says.operations);
  return {
    id,
    ...known('contextTokens', countAt(entry, says.contextTokens)),
    ...known('maxOutputTokens', countAt(entry, says.maxOutputTokens)),
    ...known('vision', signAt(entry, says.vision)),
    ...known('tools', signAt(entry, says.tools)),
    ...known('jsonSchema', signAt(entry, says.jsonSchema)),
    ...known('reasoning', signAt(entry, says.reasoning)),
    ...known('retiresAt', dateAt(entry, says.retiresAt)),
    ...known('operations', operations),
  };
}

function known<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]: Value });
}

/** Undefined if the entry says nothing of any operation. */
function operationsOf(entry: JsonObject, signs: ModelSigns['operations']): readonly OperationName[] | undefined {
  const said = Object.entries(signs ?? {}).map(([name, sign]) => [name as OperationName, signAt(entry, sign)] as const);
  if (said.every(([, sign]) => sign === undefined)) return undefined;
  return said.flatMap(([name, sign]) => (sign === true ? [name] : []));
}

/** The largest of several. A vendor's 0 means that it does not know. */
function countAt(entry: JsonObject, places: Place | readonly Place[] = []): number | undefined {
  const values = [places].flat().flatMap((place) => valuesAt(entry, place));
  const counts = values.filter((value) => typeof value === 'number');
  const most = Math.max(0, ...counts.filter((count) => Number.isSafeInteger(count)));
  return most === 0 ? undefined : most;
}

function dateAt(entry: JsonObject, place: Place | undefined): number | undefined {
  const [text] = valuesAt(entry, place);
  const at = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function signAt(entry: JsonObject, sign: Sign | undefined): boolean | undefined {
  const found = valuesAt(entry, sign?.at).filter((value) => value !== null);
  if (sign === undefined || found.length === 0) return undefined;
  const { words } = sign;
  if (words === undefined) return found.includes(true);
  return found.some((value) => (Array.isArray(value) ? value : [value]).some((each) => words.includes(String(each))));
}

function valuesAt(entry: JsonObject, place: Place | undefined): readonly Json[] {
  if (place === undefined) return [];
  let values: readonly Json[] = [entry];
  for (const step of place.split('.')) values = values.flatMap((value) => stepInto(value, step));
  return values;
}

function stepInto(value: Json, step: string): readonly Json[] {
  if (step === '*') return Array.isArray(value) ? value : [];
  if (!isJsonObject(value) || !Object.hasOwn(value, step)) return [];
  return [value[step] ?? null];
}

function lastId(entries: readonly Json[]): string | undefined {
  const last = entries.at(-1);
  const id = last !== undefined && isJsonObject(last) ? last['id'] : undefined;
  return typeof id === 'string' ? id : undefined;
}
