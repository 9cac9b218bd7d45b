import type { Json, JsonObject } from '../../core/json.ts';

/** Members that say the same in every value of a kind. */
export interface Defaults {
  /** What is left of a wire form without them, and notes of those that it lacks. */
  taken(wire: JsonObject): { readonly left: JsonObject; readonly marks: Readonly<Record<string, 'absent'>> };
  /** The wire form with them, unless a note says that there was none. */
  given(left: JsonObject, isAbsent: (name: string) => boolean): JsonObject;
}

/** What a message has before it says anything. */
export const headDefaults: Defaults = defaultsOf({
  type: 'message',
  role: 'assistant',
  content: [],
  stop_reason: null,
  stop_sequence: null,
});

/** What every whole message has, said or not. */
export const messageDefaults: Defaults = defaultsOf({ type: 'message', role: 'assistant', stop_sequence: null });

function defaultsOf(usual: JsonObject): Defaults {
  const names = Object.keys(usual);
  return {
    taken(wire) {
      const left: Record<string, Json> = { ...wire };
      const marks: Record<string, 'absent'> = {};
      for (const name of names) {
        const found = wire[name];
        if (found === undefined) marks[name] = 'absent';
        else if (isSame(found, usual[name])) delete left[name];
      }
      return { left, marks };
    },
    given(left, isAbsent) {
      const out: Record<string, Json> = {};
      for (const [name, value] of Object.entries(usual)) if (!isAbsent(name)) out[name] = value;
      return { ...out, ...left };
    },
  };
}

function isSame(found: Json, usual: Json | undefined): boolean {
  return found === usual || (Array.isArray(found) && Array.isArray(usual) && found.length === 0);
}
