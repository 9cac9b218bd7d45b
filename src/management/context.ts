import type { Principal } from '../core/call.ts';
import type { ProviderHealth } from '../core/health.ts';
import type { SourcedFacts } from '../core/model-facts.ts';
import type { Price } from '../core/money.ts';
import type { OperationName } from '../core/operation.ts';
import type { Clock, Digest, Ids } from '../core/ports.ts';
import type { Store } from '../store/store.ts';
import type { BalanceOf } from './budget-shape.ts';
import type { Configuration } from './configuration.ts';
import type { Desk } from './desk.ts';

/** What procedures work with. */
export interface Surroundings {
  readonly store: Store;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly configuration: Configuration;
  readonly desk: Desk;
  /** What of budgets is spent and held; it is not told if absent. */
  readonly balanceOf?: BalanceOf;
  /** The models that can be asked for right now, and those that are switched off: aliases first, then by provider and name. */
  readonly models: () => readonly ListedModel[];
  /** What a model costs at a time; undefined if nobody knows. */
  readonly priceOf: (provider: string, model: string, at: number) => Price | undefined;
  /** What a call would be charged by, by the books of now; undefined if nobody knows. */
  readonly priceFor: (call: {
    readonly provider: string;
    readonly model: string;
    readonly operation: OperationName;
    readonly at: number;
  }) => Price | undefined;
  /** How things stand with what providers list; nothing is known if absent. */
  readonly catalogue?: { report(): CatalogueState; refresh(): Promise<void> };
  /** Why a price cannot follow the one in force without being confirmed; undefined if it can. */
  readonly priceJump: (inForce: Price, next: Price) => string | undefined;
  /** What calls have shown of a provider; `forget` it when it is changed. */
  readonly health: { of(provider: string): ProviderHealth | undefined; forget(provider: string): void };
  /** Shows a configured provider's credential to its vendor. */
  readonly probe: (provider: string) => Promise<Probed>;
}

export interface Context extends Surroundings {
  /** Who asks. */
  readonly principal: Principal;
}

/** A model that can be asked for right now, or that is switched off. */
export interface ListedModel {
  /** As callers write it: `provider/model` or an alias. */
  readonly id: string;
  /** The name of the configured provider; absent for an alias, which may have several. */
  readonly provider?: string;
  readonly operations: readonly OperationName[];
  /** The price in force, for an alias that of its first target; absent if nobody knows it. */
  readonly price?: Price;
  /** What else is known of it, for an alias of its first target. */
  readonly facts?: SourcedFacts;
  /** Who says what is asked of it, where somebody does. */
  readonly operationsFrom?: string;
  /** It is switched off, or everything that an alias leads to is. */
  readonly disabled?: true;
}

export interface CatalogueState {
  readonly lists: readonly {
    readonly provider: string;
    readonly list?: { readonly at: number; readonly models: number };
    readonly problem?: string;
  }[];
  readonly retiring: readonly { readonly alias: string; readonly model: string; readonly retiresAt: number }[];
  readonly refusedPrices: readonly { readonly provider: string; readonly model: string; readonly why: string }[];
}

/** What came of asking a vendor whether it takes our credential. */
export interface Probed {
  /** `undecided` if it was reached, but did not say. */
  readonly outcome: 'accepted' | 'refused' | 'unreachable' | 'undecided';
  /** What was seen and what to do, in a sentence. */
  readonly message: string;
  /** Of the vendor's answer, if there was one. */
  readonly status?: number;
  readonly latencyMs: number;
}
