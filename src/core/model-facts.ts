import type { OperationName } from './operation.ts';

/** What is known of a model besides its price. A member that is absent is unknown, which is not the same as no. */
export interface ModelFacts {
  /** Tokens of input and output together, as the vendor counts them. */
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  /** It takes images. */
  readonly vision?: boolean;
  readonly tools?: boolean;
  /** Its output can be bound to a JSON schema. */
  readonly jsonSchema?: boolean;
  readonly reasoning?: boolean;
  /** Epoch milliseconds: when its provider turns it off, as announced. */
  readonly retiresAt?: number;
}

/** What of it limits a request. */
export type ModelLimits = Pick<ModelFacts, 'contextTokens' | 'maxOutputTokens'>;

/** A model as its provider, or the operator, names and describes it. */
export interface KnownModel extends ModelFacts {
  /** As it is asked for, without the provider's name. */
  readonly id: string;
  /** What can be asked of it, where that is said. */
  readonly operations?: readonly OperationName[];
}

/** Facts with where each of them is from. */
export interface SourcedFacts extends ModelFacts {
  readonly sources: { readonly [Fact in keyof ModelFacts]?: string };
}

export const factNames = [
  'contextTokens',
  'maxOutputTokens',
  'vision',
  'tools',
  'jsonSchema',
  'reasoning',
  'retiresAt',
] as const satisfies readonly (keyof ModelFacts)[];
