import { Failure } from '../core/failure.ts';
import { type ByteSource, type Clock, sleep } from '../core/ports.ts';
import { brokenOff } from './refusal.ts';

/** A piece of a body, and how many tokens the answer had before it. */
export interface Piece {
  readonly text: string;
  readonly position: number;
}

export interface Pace {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly faults: Faults;
  /** When the first token is due, on the monotonic clock. */
  readonly beginsAt: number;
  readonly msPerToken: number;
}

/** After how many tokens the answer is broken, and how; of several, the one that is due first strikes. */
export interface Faults {
  readonly cutAfter?: number;
  readonly endAfter?: number;
  readonly errorAfter?: number;
  readonly stallAfter?: number;
}

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** Pieces as a connection brings them: each at its time, until a fault strikes or the caller gives up. */
export function pacedBody(pieces: Iterator<Piece, unknown>, pace: Pace): ByteSource {
  const connection = connectionUnder(pace.signal);
  let next = pieces.next();

  const advance = async (): Promise<Bytes | undefined> => {
    if (next.done === true) return connection.end();
    const { text, position } = next.value;
    const wait = pace.beginsAt + position * pace.msPerToken - pace.clock.monotonic();
    if (wait > 0) await sleep(pace.clock, wait, connection.signal);
    const fault = faultAt(position, pace.faults);
    if (fault !== undefined) return strike(fault, connection);
    next = pieces.next();
    return encoder.encode(text);
  };
  return {
    read: async () => {
      if (connection.ended()) return undefined;
      if (connection.signal.aborted) throw connection.signal.reason;
      try {
        return await advance();
      } catch (thrown) {
        if (connection.ended() && !(thrown instanceof Failure)) return undefined;
        throw thrown;
      }
    },
    cancel: () => void connection.end(),
  };
}

/** A body that is there at once. */
export function steadyBody(text: string, signal: AbortSignal): ByteSource {
  const connection = connectionUnder(signal);
  return {
    read: async () => {
      if (connection.ended()) return undefined;
      if (connection.signal.aborted) throw connection.signal.reason;
      connection.end();
      return encoder.encode(text);
    },
    cancel: () => void connection.end(),
  };
}

/** Never resolves; rejects with the signal's reason when it is aborted. */
export function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

type Fault = 'cut' | 'end' | 'error' | 'stall';

function faultAt(position: number, faults: Faults): Fault | undefined {
  const due: readonly (readonly [Fault, number | undefined])[] = [
    ['cut', faults.cutAfter],
    ['end', faults.endAfter],
    ['error', faults.errorAfter],
    ['stall', faults.stallAfter],
  ];
  let first: readonly [Fault, number] | undefined;
  for (const [fault, after] of due) {
    if (after !== undefined && after <= position && after < (first?.[1] ?? Number.POSITIVE_INFINITY))
      first = [fault, after];
  }
  return first?.[0];
}

function strike(fault: Fault, connection: Connection): Bytes | undefined | Promise<never> {
  if (fault === 'stall') return silence(connection.signal);
  connection.end();
  if (fault === 'cut') {
    throw new Failure('provider-unreachable', 'The sandbox cut its answer off, as cut_after asked it to.');
  }
  return fault === 'error' ? encoder.encode(`data: ${JSON.stringify(brokenOff)}\n\n`) : undefined;
}

interface Connection {
  /** Aborted when the caller gives up, or at the end. */
  readonly signal: AbortSignal;
  ended(): boolean;
  /** Ends what is awaited, and lets go of the caller's signal. */
  end(): undefined;
}

function connectionUnder(outer: AbortSignal): Connection {
  const own = new AbortController();
  let ended = false;
  const abort = (): void => own.abort(outer.reason);
  outer.addEventListener('abort', abort, { once: true });
  if (outer.aborted) abort();
  return {
    signal: own.signal,
    ended: () => ended,
    end: () => {
      ended = true;
      outer.removeEventListener('abort', abort);
      own.abort();
    },
  };
}
