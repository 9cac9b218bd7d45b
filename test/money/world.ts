import type { Cancel, Clock } from '../../src/core/ports.ts';

/** Time that passes only from one event to the next, for everything that is simulated. */
export interface World {
  /** Virtual milliseconds since the beginning; never runs backwards. */
  readonly passed: number;
  /** What everybody's wall clock says now. */
  wall(): number;
  /** Sets everybody's wall clock by so many milliseconds, forwards or back. */
  jump(ms: number): void;
  /** Something was done that others may be waiting for. */
  stir(): void;
  /** A life of which nothing is heard any more once it is over: its timers never come. */
  life(): Life;
  /** Goes to the next timer and lets everything that it leads to happen; false if there is none. */
  step(): Promise<boolean>;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
}

export interface Life {
  readonly clock: Clock;
  readonly over: boolean;
  /** How many timers are set and neither came nor were cancelled. */
  pending(): number;
  end(): void;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
  readonly life: { over: boolean; pending: number };
  cancelled: boolean;
}

/** So many turns of promises without a stir mean that everybody waits for time to pass. */
const quietTurns = 64;

export function openWorld(startedAt: number): World {
  const heap: Timer[] = [];
  let passed = 0;
  let offset = startedAt;
  let order = 0;
  let stirs = 0;
  const stir = (): void => {
    stirs += 1;
  };
  const settle = async (): Promise<void> => {
    let seen = -1;
    while (seen !== stirs) {
      seen = stirs;
      for (let turn = 0; turn < quietTurns; turn += 1) await null;
    }
  };
  const wall = (): number => Math.floor(offset + passed);
  const life = (): Life => {
    const own = { over: false, pending: 0 };
    const after = (ms: number, act: () => void): Cancel => {
      stir();
      order += 1;
      const timer: Timer = { at: passed + Math.max(0, ms), order, act, life: own, cancelled: false };
      own.pending += 1;
      push(heap, timer);
      return () => {
        if (timer.cancelled) return;
        timer.cancelled = true;
        own.pending -= 1;
      };
    };
    return {
      clock: { now: wall, monotonic: () => passed, after },
      get over() {
        return own.over;
      },
      pending: () => own.pending,
      end() {
        own.over = true;
      },
    };
  };
  return {
    get passed() {
      return passed;
    },
    wall,
    jump(ms) {
      offset += ms;
    },
    stir,
    life,
    settle,
    async step() {
      let timer = pop(heap);
      while (timer !== undefined && (timer.cancelled || timer.life.over)) timer = pop(heap);
      if (timer === undefined) return false;
      passed = timer.at;
      timer.cancelled = true;
      timer.life.pending -= 1;
      timer.act();
      await settle();
      return true;
    },
  };
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** A binary heap: a simulation sets millions of timers. */
function push(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1;
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(timer, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let index = 0;
  for (;;) {
    const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
    if (left === undefined) break;
    const smaller = right !== undefined && isBefore(right, left) ? right : left;
    if (!isBefore(smaller, last)) break;
    heap[index] = smaller;
    index = smaller === left ? 2 * index + 1 : 2 * index + 2;
  }
  heap[index] = last;
  return top;
}
