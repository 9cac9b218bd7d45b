import type { Carried, Spelling } from '../core/carried.ts';
import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import type { DialectName } from '../core/payload.ts';
import { at, type Writing } from './place.ts';

/** Tells of what other dialects have words for and this one has not. What is null or empty says nothing anyway. */
export function reportForeign(dialect: DialectName, value: Carried, place: Writing): void {
  if (value.extras === undefined) return;
  for (const [owner, members] of Object.entries(value.extras)) {
    if (owner !== dialect) reportMembers(members, restsOf(value, owner), place);
  }
}

/** Tells of each member that says something; of an object that is but the rest of one, of what is in it. */
export function reportMembers(members: JsonObject, rests: readonly string[], place: Writing): void {
  for (const [member, said] of Object.entries(members)) {
    const here = at(place, member);
    if (isJsonObject(said) && rests.includes(member)) reportMembers(said, within(rests, `${member}.`), here);
    else if (!saysNothing(said)) place.lost({ path: here.path, why: 'unsupported' });
  }
}

function within(rests: readonly string[], above: string): readonly string[] {
  return rests.filter((path) => path.startsWith(above)).map((path) => path.slice(above.length));
}

/** Which objects among the extras of a dialect are but rests, without members that were understood; as dotted paths. */
export function restsOf({ spelling = {} }: Carried, owner: string): readonly string[] {
  const marks: Readonly<Record<string, Spelling[DialectName]>> = spelling;
  return marks[owner]?.[restsMark]?.split(' ') ?? [];
}

/** Under which the paths of rests are noted, with spaces between them. */
export const restsMark = 'rests';

/** Whether it is null or empty, at any depth. */
function saysNothing(said: Json): boolean {
  if (typeof said !== 'object') return said === '';
  return said === null || Object.values<Json>(said).every(saysNothing);
}
