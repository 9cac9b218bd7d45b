import { Failure } from '../core/failure.ts';
import type { OutboundRequest } from '../core/ports.ts';
import type { Connection } from './connections.ts';
import { placeOf } from './network-failure.ts';
import type { Vigil, Watch } from './vigil.ts';

export interface ExchangeOptions {
  readonly vigil: Vigil;
  readonly headTimeoutMs: number;
  /** Takes the connection back when the answer was read to its end. */
  readonly giveBack: (connection: Connection) => void;
}

/** One call to a provider while it lasts: what can end it early, and the connection it runs on. */
export class Exchange {
  readonly url: string;
  /** Runs while something is waited for: the head, then each piece. */
  readonly watch: Watch;
  connection: Connection;
  /** Whether the provider keeps the connection after its answer. */
  kept = true;
  readonly #caller: AbortSignal;
  readonly #giveBack: ExchangeOptions['giveBack'];
  readonly #controller = new AbortController();

  constructor({ url, signal }: OutboundRequest, connection: Connection, options: ExchangeOptions) {
    this.url = url;
    this.connection = connection;
    this.#caller = signal;
    this.#giveBack = options.giveBack;
    this.watch = options.vigil.watch(options.headTimeoutMs, () => this.abort(silent(url)));
    if (signal.aborted) this.handleEvent();
    else signal.addEventListener('abort', this, { once: true });
    this.watch.wait();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the call for this reason, and closes its connection. */
  abort(reason: Failure): void {
    this.#controller.abort(reason);
  }

  /** The caller gave the call up. */
  handleEvent(): void {
    const { reason } = this.#caller;
    this.abort(reason instanceof Failure ? reason : new Failure('caller-gone', 'The caller gave the call up.'));
  }

  /** Nothing more will be read: lets go of caller, watch and connection. */
  over(how: 'whole' | 'broken'): void {
    this.#caller.removeEventListener('abort', this);
    this.watch.leave();
    if (how === 'whole' && this.kept) this.#giveBack(this.connection);
  }
}

function silent(url: string): Failure {
  return new Failure('provider-timeout', `${placeOf(url)} was silent for too long.`);
}
