import type { Clock, Ids } from '../core/ports.ts';
import { systemClock } from './clock.ts';

/** Names and chance from the machine's own source of randomness. */
export const systemIds: Ids = openIds(systemClock);

/**
 * Ids are `prefix_` and 25 digits of base 32 (0-9, a-v): 9 of the time, 16 of chance. They sort as they were made, also
 * within one millisecond and when the wall clock is set back. Secrets are 256 bits in 43 letters and digits.
 */
export function openIds(clock: Clock): Ids {
  const last = { ms: 0, high: 0, low: 0, time: '' };
  return Object.freeze({
    make(prefix: string) {
      const ms = clock.now();
      if (ms > last.ms) renew(last, ms);
      else advance(last);
      return `${prefix}_${last.time}${digits(last.high)}${digits(last.low)}`;
    },
    secret: (prefix: string) => prefix + letters(crypto.getRandomValues(new Uint8Array(32))),
    chance: () => Math.random(),
  });
}

interface Last {
  ms: number;
  /** 40 bits each, of which chance sets all at the first id of a millisecond. */
  high: number;
  low: number;
  /** `ms` in nine digits. */
  time: string;
}

const bits40 = 2 ** 40;

function renew(last: Last, ms: number): void {
  last.ms = ms;
  last.time = ms.toString(32).padStart(9, '0');
  last.high = random40();
  last.low = random40();
}

/** The next id of the same millisecond: a little higher, by chance, so that it cannot be told from its neighbour. */
function advance(last: Last): void {
  last.low += 1 + (random40() % 2 ** 24);
  if (last.low < bits40) return;
  last.low -= bits40;
  last.high += 1;
  if (last.high === bits40) renew(last, last.ms + 1);
}

function digits(value: number): string {
  return value.toString(32).padStart(8, '0');
}

const pool = new Uint8Array(5 * 512);
const view = new DataView(pool.buffer);
let used = pool.length;

/** 40 random bits, from a pool: asking the system each time would cost more than the rest of an id. */
function random40(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const value = view.getUint32(used) * 256 + view.getUint8(used + 4);
  used += 5;
  return value;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 32 bytes as 43 letters and digits: no character that a shell, a URL or a double click would stumble over. */
function letters(bytes: Uint8Array): string {
  let rest = BigInt(`0x${bytes.toHex()}`);
  let text = '';
  for (let place = 0; place < 43; place += 1) {
    text += alphabet.charAt(Number(rest % 62n));
    rest /= 62n;
  }
  return text;
}
