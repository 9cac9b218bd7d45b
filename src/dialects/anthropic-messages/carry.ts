import { carryingOf } from '../carrying.ts';
import { shapesOf } from '../shape.ts';

export const dialect = 'anthropic-messages';

/** Makes this dialect's shapes. */
export const shape = shapesOf(dialect);

export const { opaque, unwrapped, spelled, marked, extras } = carryingOf(dialect);
