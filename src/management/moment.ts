import { z } from 'zod';

/** A point in time on the wire: RFC 3339, answered in UTC, accepted with any offset. */
export const moment = z.iso.datetime({ offset: true });

/** Epoch milliseconds to the wire; what did not happen is null. */
export function spellMoment(at: number): string;
export function spellMoment(at: number | undefined): string | null;
export function spellMoment(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

/** Epoch milliseconds of a moment that the schema has let through. */
export function readMoment(text: string): number {
  return Date.parse(text);
}
