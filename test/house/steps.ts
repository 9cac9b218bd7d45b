import { Failure, type FailureKind } from '../../src/core/failure.ts';
import type { ByteSource, HttpClient, InboundResponse } from '../../src/core/ports.ts';
import type { HouseParts } from '../../src/house.ts';
import type { Entry, Hold, Holds } from '../../src/store/store.ts';

/** How the chosen step goes wrong. */
export type Mishap = 'failure' | 'error' | 'throw' | 'hang' | 'leave';

export const stepNames = [
  'digest.mac',
  'keys.find',
  'body.read',
  'holds.place',
  'hold.durable',
  'http.send',
  'answer.bytes',
  'source.read',
  'ledger.append',
] as const;
export type StepName = (typeof stepNames)[number];

/** Counts what a call asks of the world, and lets the n-th time go wrong. */
export interface Steps {
  /** The step that went wrong; undefined if the call was over before it came to that. */
  readonly struck: StepName | undefined;
  readonly taken: readonly StepName[];
  /** Closing entries that were to be written, whether or not they could be. */
  readonly closings: readonly Entry[];
  /** The house's parts, each of whose steps is counted. */
  counted(parts: HouseParts): HouseParts;
  /** A request's body in two pieces, each of which is a step. */
  body(text: string): ReadableStream<Uint8Array>;
}

export interface Plan {
  /** Which step, from 1. */
  readonly at: number;
  readonly mishap: Mishap;
  /** Closes the caller's connection. */
  readonly leave: () => void;
}

/** What an unknown error says; no caller may ever read it. */
export const planted = 'a planted error, for our eyes alone';

export function countedSteps(plan: Plan): Steps {
  const taken: StepName[] = [];
  const closings: Entry[] = [];
  let struck: StepName | undefined;
  const strikes = (name: StepName): boolean => {
    taken.push(name);
    if (taken.length !== plan.at) return false;
    struck = name;
    return true;
  };
  /** An answer that may take its time. */
  const asynchronous = <T>(name: StepName, act: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    if (!strikes(name)) return act();
    switch (plan.mishap) {
      case 'throw':
        throw new Error(planted);
      case 'error':
        return Promise.reject(new Error(planted));
      case 'failure':
        return Promise.reject(failureOf(name));
      case 'hang':
        return untilAborted(signal);
      case 'leave':
        plan.leave();
        return signal?.aborted === true ? Promise.reject(signal.reason) : act();
    }
  };
  /** An answer that is there at once. */
  const synchronous = <T>(name: StepName, act: () => T): T => {
    if (!strikes(name)) return act();
    if (plan.mishap === 'failure') throw failureOf(name);
    if (plan.mishap === 'leave') plan.leave();
    else throw new Error(planted);
    return act();
  };
  const placed = new WeakMap<Hold, Hold>();
  return {
    get struck() {
      return struck;
    },
    taken,
    closings,
    counted: ({ digest, store, http, ...rest }) => ({
      ...rest,
      digest: { mac: (text) => synchronous('digest.mac', () => digest.mac(text)) },
      store: {
        ...store,
        keys: { ...store.keys, find: (mac) => synchronous('keys.find', () => store.keys.find(mac)) },
        ledger: {
          ...store.ledger,
          append(entry, hold) {
            if (entry.closing) closings.push(entry);
            const own = hold && placed.get(hold);
            return asynchronous('ledger.append', () => store.ledger.append(entry, own));
          },
        },
        holds: countedHolds(store.holds, { placed, asynchronous, synchronous }),
      },
      http: countedHttp(http, asynchronous),
    }),
    body: (text) => {
      const half = Math.ceil(text.length / 2);
      const pieces = [text.slice(0, half), text.slice(half)];
      return new ReadableStream(
        {
          async pull(controller) {
            const piece = await asynchronous('body.read', async () => pieces.shift());
            if (piece === undefined) controller.close();
            else controller.enqueue(new TextEncoder().encode(piece));
          },
        },
        { highWaterMark: 0 },
      );
    },
  };
}

interface HoldSteps {
  /** Holds as the house knows them, with the store's own. */
  readonly placed: WeakMap<Hold, Hold>;
  readonly asynchronous: Asynchronous;
  readonly synchronous: Synchronous;
}

function countedHolds(holds: Holds, { placed, asynchronous, synchronous }: HoldSteps): Holds {
  const own = (hold: Hold): Hold => placed.get(hold) ?? hold;
  return {
    ...holds,
    place(wanted) {
      const hold = synchronous('holds.place', () => holds.place(wanted));
      const { amount, placedAt, unfitted } = hold;
      const counted: Hold = {
        ...{ amount, placedAt, unfitted },
        durable: hold.durable,
        get promptly() {
          return asynchronous('hold.durable', () => hold.promptly);
        },
      };
      placed.set(counted, hold);
      return counted;
    },
    release: (hold) => holds.release(own(hold)),
    lower: (hold, cost) => holds.lower(own(hold), cost),
    checkpoint: (hold, cost) => holds.checkpoint(own(hold), cost),
  };
}

type Synchronous = <T>(name: StepName, act: () => T) => T;
type Asynchronous = <T>(name: StepName, act: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

function countedHttp(http: HttpClient, step: Asynchronous): HttpClient {
  return {
    send: async (request) => {
      const answer = await step('http.send', () => http.send(request), request.signal);
      return countedAnswer(answer, step, request.signal);
    },
  };
}

function countedAnswer(answer: InboundResponse, step: Asynchronous, signal: AbortSignal): InboundResponse {
  return {
    status: answer.status,
    headers: answer.headers,
    bytes: (limit) => step('answer.bytes', () => answer.bytes(limit), signal),
    pieces(): ByteSource {
      const source = answer.pieces();
      return { read: () => step('source.read', () => source.read(), signal), cancel: () => source.cancel() };
    },
  };
}

const kinds: { readonly [Name in StepName]: FailureKind } = {
  'digest.mac': 'gateway-storage-failed',
  'keys.find': 'gateway-storage-failed',
  'body.read': 'request-invalid',
  'holds.place': 'gateway-storage-failed',
  'hold.durable': 'gateway-storage-failed',
  'http.send': 'provider-unreachable',
  'answer.bytes': 'provider-garbled',
  'source.read': 'provider-garbled',
  'ledger.append': 'gateway-storage-failed',
};

function failureOf(name: StepName): Failure {
  return new Failure(kinds[name], `The step ${name} was made to fail.`);
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
