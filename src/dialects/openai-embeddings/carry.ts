import { carryingOf } from '../carrying.ts';
import { shapesOf } from '../shape.ts';

export const dialect = 'openai-embeddings';

/** Makes this dialect's shapes. */
export const shape = shapesOf(dialect);

export const { spelled, marked } = carryingOf(dialect);
