import type { Carried } from '../../core/carried.ts';
import { carryingOf } from '../carrying.ts';
import { shapesOf } from '../shape.ts';

export const dialect = 'openai-chat';

/** Makes this dialect's shapes. */
export const shape = shapesOf(dialect);

export const { opaque, unwrapped, spelled, marked, extras } = carryingOf(dialect);

/** Whether a value carries nothing of this dialect, as one that another made. */
export function isBare(value: Carried): boolean {
  return value.extras?.[dialect] === undefined && value.spelling?.[dialect] === undefined;
}
