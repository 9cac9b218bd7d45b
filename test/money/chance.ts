/** Chance that is the same every time for the same seed. */
export interface Chance {
  /** A fraction in [0, 1). */
  fraction(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  /** True so often. */
  happens(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** `parts` tell one source from another: the seed, a call's number, an attempt's. */
export function chanceOf(...parts: readonly number[]): Chance {
  let state = 0x9e3779b9;
  for (const part of parts) state = mixed(state ^ Math.imul(part | 0, 0x85ebca6b));
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    return mixed(state) / 4_294_967_296;
  };
  const whole = (least: number, most: number): number => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    whole,
    happens: (probability) => fraction() < probability,
    pick: (items) => items[whole(0, items.length - 1)] ?? items[0],
  };
}

/** murmur3's finalizer. */
function mixed(state: number): number {
  let x = state | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
