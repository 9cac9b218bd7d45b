import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';

/** The member at a dotted path of own members: `function.name`. */
export function memberAt(wire: JsonObject, path: string): Json | undefined {
  const [name, below] = split(path);
  const found = Object.hasOwn(wire, name) ? wire[name] : undefined;
  if (below === undefined || found === undefined) return found;
  return isJsonObject(found) ? memberAt(found, below) : undefined;
}

/** The same object without the member at a path; an object that is empty without it goes too. */
export function without(wire: JsonObject, path: string): JsonObject {
  const [name, below] = split(path);
  const { [name]: found, ...rest } = wire;
  if (below === undefined || !isJsonObject(found)) return rest;
  const left = without(found, below);
  return Object.keys(left).length === 0 ? rest : { ...wire, [name]: left };
}

/** The same object with a member at a path, in objects made on the way where there are none. */
export function withMember(wire: JsonObject, path: string, value: Json): JsonObject {
  const [name, below] = split(path);
  if (below === undefined) return { ...wire, [name]: value };
  const inner = memberAt(wire, name);
  return { ...wire, [name]: withMember(isJsonObject(inner) ? inner : {}, below, value) };
}

/** `over` with what only `under` has; looks inside the objects that `inside` names, as dotted paths. */
export function overlay(over: JsonObject, under: JsonObject, inside: ReadonlySet<string> = nowhere): JsonObject {
  const merged = Object.entries(under).map(([name, below]): [string, Json] => {
    const above = Object.hasOwn(over, name) ? over[name] : undefined;
    if (above === undefined) return [name, below];
    if (!inside.has(name) || !isJsonObject(above) || !isJsonObject(below)) return [name, above];
    return [name, overlay(above, below, within(inside, name))];
  });
  return { ...over, ...Object.fromEntries(merged) };
}

const nowhere: ReadonlySet<string> = new Set();

function within(paths: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const prefix = `${name}.`;
  return new Set([...paths].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length)));
}

function split(path: string): [string, string | undefined] {
  const dot = path.indexOf('.');
  return dot === -1 ? [path, undefined] : [path.slice(0, dot), path.slice(dot + 1)];
}
