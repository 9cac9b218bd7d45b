import type { Json, JsonObject } from './json.ts';
import type { DialectName } from './payload.ts';

/**
 * What a canonical value carries along for one dialect. It is spelled in that dialect alone; another one reports each
 * member as lost.
 */
export interface Carried {
  /**
   * Wire members with no canonical word, by dialect, where they stood and nested as they were: what is left of the
   * wire when the canonical members are taken out. A canonical member wins over one of the same place in here.
   */
  readonly extras?: Extras;
  /** Which of several spellings of the same meaning that dialect used, by member. Never meaning of its own. */
  readonly spelling?: Spelling;
}

export type Extras = { readonly [Dialect in DialectName]?: JsonObject };
export type Spelling = { readonly [Dialect in DialectName]?: { readonly [member: string]: string } };

/** A whole part, message, tool or event that only one dialect knows, as it stood on its wire. */
export interface Opaque {
  readonly type: 'opaque';
  readonly dialect: DialectName;
  readonly wire: Json;
  readonly spelling?: Spelling;
}

/** A dialect's own form of something that also has a unified one. Whoever changes the unified one drops this. */
export interface Raw {
  readonly dialect: DialectName;
  readonly wire: Json;
}
