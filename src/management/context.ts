import type { Principal } from '../core/call.ts';
import type { Price } from '../core/money.ts';
import type { OperationName } from '../core/operation.ts';
import type { Clock, Digest, Ids } from '../core/ports.ts';
import type { Store } from '../store/store.ts';

/** What procedures work with. */
export interface Surroundings {
  readonly store: Store;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly digest: Digest;
  /** The models that can be asked for right now. */
  readonly models: () => readonly ListedModel[];
}

export interface Context extends Surroundings {
  /** Who asks. */
  readonly principal: Principal;
}

/** A model that can be asked for right now. */
export interface ListedModel {
  /** As callers write it: `provider/model` or an alias. */
  readonly id: string;
  /** The name of the configured provider; absent for an alias, which may have several. */
  readonly provider?: string;
  readonly operations: readonly OperationName[];
  /** The price in force, for an alias that of its first target; absent if nobody knows it. */
  readonly price?: Price;
}
