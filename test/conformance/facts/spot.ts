import type { Json } from '../../../src/core/json.ts';
import type { FactKind } from './fact.ts';
import type { Notes } from './notes.ts';

/** A place in a wire form, and where to note what stands there. */
export interface Spot {
  readonly notes: Notes;
  readonly at: string;
}

/** A member of what stands here, or an element of it. */
export function inner({ notes, at }: Spot, step: string | number): Spot {
  if (typeof step === 'number') return { notes, at: `${at}[${step}]` };
  return { notes, at: at === '' ? step : `${at}.${step}` };
}

/** These members say nothing of their own. */
export function skipped({ notes, at }: Spot, ...names: readonly string[]): void {
  notes.skip(...names.map((name) => (at === '' ? name : `${at}.${name}`)));
}

/** A text; an empty one says nothing, and anything else is not a text. */
export function noteText({ notes, at }: Spot, kind: FactKind, text: Json | undefined): void {
  if (text === '') notes.skip(at);
  else if (typeof text === 'string') notes.note(kind, text, at);
}
