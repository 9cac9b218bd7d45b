import type { Carried } from './carried.ts';
import type { ReportedUsage } from './chat.ts';

/** Texts to be turned into vectors, in nobody's spelling. A member that is absent was not said; vendors have their own defaults. */
export interface EmbedRequest extends Carried {
  /** As the caller names it; absent where the dialect keeps it in the path. */
  readonly model?: string;
  /** One vector comes of each. */
  readonly inputs: readonly EmbedInput[];
  readonly encoding?: VectorEncoding;
  /** How many numbers each vector shall have. */
  readonly dimensions?: number;
  /** The person on whose behalf the caller asks. */
  readonly endUser?: string;
}

/** A text, or the same as the numbers of its tokens in the model's own vocabulary. */
export type EmbedInput = string | readonly number[];

/** Numbers one by one, or base64 of them all as 32-bit floats, the low byte first. */
export type VectorEncoding = 'float' | 'base64';

export interface EmbedResponse extends Carried {
  readonly model?: string;
  readonly embeddings: readonly Embedding[];
  readonly usage?: ReportedUsage;
}

export interface Embedding extends Carried {
  /** Of the input, from 0. */
  readonly index: number;
  readonly vector: Vector;
}

/** In either encoding: a text is base64. */
export type Vector = readonly number[] | string;
