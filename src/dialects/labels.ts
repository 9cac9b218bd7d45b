import type { Json, JsonObject } from '../core/json.ts';
import { memberUnder, type OpenObject, type Spot, setMember, spot } from './members.ts';

/**
 * Members that only number or name what they stand in: an index, the vendor's own name for a call. They are kept as notes of how
 * it was spelled, for they say nothing of which another dialect would have to be told.
 */
export interface Labels {
  readonly spots: readonly Spot[];
  /** Those that are there, each with its note. */
  read(wire: JsonObject): readonly Label[];
  /** Adds those that are noted to an object that is being put together. */
  write(made: OpenObject, noteOf: (path: string) => string | undefined): void;
}

export interface Label extends Spot {
  readonly note: string;
}

/** The labels at some dotted paths. */
export function labelsAt(paths: readonly string[]): Labels {
  const spots = paths.map(spot);
  return {
    spots,
    read(wire) {
      let found: Label[] | undefined;
      for (const { path, steps } of spots) {
        const said = memberUnder(wire, steps);
        if (!isLabel(said)) continue;
        found ??= [];
        found.push({ path, steps, note: JSON.stringify(said) });
      }
      return found ?? none;
    },
    write(made, noteOf) {
      for (const { path, steps } of spots) {
        const note = noteOf(path);
        if (note !== undefined) setMember(made, steps, JSON.parse(note));
      }
    },
  };
}

const none: readonly Label[] = [];

function isLabel(said: Json | undefined): said is string | number {
  return typeof said === 'string' || typeof said === 'number';
}
