import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';

/** The member at a dotted path of own members: `function.name`. */
export function memberAt(wire: JsonObject, path: string): Json | undefined {
  const dot = path.indexOf('.');
  if (dot === -1) return ownMember(wire, path);
  const inner = ownMember(wire, path.slice(0, dot));
  return isJsonObject(inner) ? memberAt(inner, path.slice(dot + 1)) : undefined;
}

/** A dotted path, taken apart once. */
export interface Spot {
  readonly path: string;
  readonly steps: readonly string[];
}

export function spot(path: string): Spot {
  return { path, steps: path.split('.') };
}

/** The member at a path of ours, taken apart before: of names that no object inherits. */
export function memberUnder(wire: JsonObject, steps: readonly string[]): Json | undefined {
  let found = wire[steps[0] ?? ''];
  for (let depth = 1; depth < steps.length; depth++) {
    if (!isJsonObject(found)) return undefined;
    found = found[steps[depth] ?? ''];
  }
  return found;
}

/** The same object without the member at a path; an object that is empty without it goes too. */
export function without(wire: JsonObject, path: string): JsonObject {
  return withoutAll(wire, [path.split('.')]);
}

/** The same object without the members at some paths, which were taken apart before. */
export function withoutAll(wire: JsonObject, paths: readonly (readonly string[])[]): JsonObject {
  return remainder(wire, paths, 0);
}

/** The same object with a member at a path, in objects made on the way where there are none. */
export function withMember(wire: JsonObject, path: string, value: Json): JsonObject {
  const made = { ...wire };
  setMember(made, path.split('.'), value);
  return made;
}

/** An object that is being put together. */
export type OpenObject = { [name: string]: Json };

/** Sets a member of an object that is being put together; what stood on the way is copied, for it may be somebody else's. */
export function setMember(made: OpenObject, steps: readonly string[], value: Json): void {
  let inner = made;
  const last = steps.length - 1;
  for (let depth = 0; depth < last; depth++) {
    const step = steps[depth] ?? '';
    const found = ownMember(inner, step);
    const copy: OpenObject = isJsonObject(found) ? { ...found } : {};
    put(inner, step, copy);
    inner = copy;
  }
  put(inner, steps[last] ?? '', value);
}

/** `over` with what only `under` has; looks inside the objects that `inside` names, as dotted paths. */
export function overlay(over: JsonObject, under: JsonObject, inside: ReadonlySet<string> = nowhere): JsonObject {
  return laidOver(over, under, { inside, prefix: '' });
}

const nowhere: ReadonlySet<string> = new Set();

interface Depth {
  readonly inside: ReadonlySet<string>;
  /** The path down to here, with a dot after each step. */
  readonly prefix: string;
}

function laidOver(over: JsonObject, under: JsonObject, depth: Depth): JsonObject {
  const { inside, prefix } = depth;
  const merged = { ...over };
  for (const name of Object.keys(under)) {
    const above = ownMember(over, name);
    const below = under[name] ?? null;
    if (above === undefined) put(merged, name, below);
    else if (isJsonObject(above) && isJsonObject(below) && inside.has(prefix + name)) {
      put(merged, name, laidOver(above, below, { inside, prefix: `${prefix}${name}.` }));
    }
  }
  return merged;
}

/** What is left without the paths, all of which have led down to here; the object itself if that is all of it. */
function remainder(wire: JsonObject, paths: readonly (readonly string[])[], depth: number): JsonObject {
  const left: OpenObject = {};
  const taken = { paths, depth };
  let changed = false;
  for (const name of Object.keys(wire)) {
    const value = wire[name] ?? null;
    const kept = remainderOf(value, name, taken);
    if (kept !== value) changed = true;
    if (kept !== undefined) put(left, name, kept);
  }
  return changed ? left : wire;
}

interface Taken {
  readonly paths: readonly (readonly string[])[];
  readonly depth: number;
}

/** What is left of one member; undefined if nothing is. */
function remainderOf(value: Json, name: string, { paths, depth }: Taken): Json | undefined {
  let below = false;
  for (const steps of paths) {
    if (steps[depth] !== name) continue;
    if (steps.length === depth + 1) return undefined;
    below = true;
  }
  if (!below || !isJsonObject(value)) return value;
  const inner = paths.filter((steps) => steps[depth] === name);
  const left = remainder(value, inner, depth + 1);
  return left !== value && Object.keys(left).length === 0 ? undefined : left;
}

function ownMember(wire: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(wire, name) ? wire[name] : undefined;
}

/** The members with other names than these; the object itself if it has none of them. */
export function withoutNames(wire: JsonObject, names: ReadonlySet<string>): JsonObject {
  const left: OpenObject = {};
  let changed = false;
  for (const name of Object.keys(wire)) {
    if (names.has(name)) changed = true;
    else put(left, name, wire[name] ?? null);
  }
  return changed ? left : wire;
}

/** Sets a member by any name: assigning `__proto__` would not make one. */
function put(made: OpenObject, name: string, value: Json): void {
  if (name !== '__proto__') made[name] = value;
  else Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
}
