/** A source of fractions in [0, 1). */
export type Draw = () => number;

/**
 * Chance that is none: the same seed gives the same fractions, on every machine. FNV-1a makes a number of the seed,
 * mulberry32 makes the sequence. Nothing is computed before the first draw.
 */
export function drawsOf(seed: () => string): Draw {
  let state: number | undefined;
  return () => {
    state = ((state ?? fingerprint(seed())) + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the choices; undefined only if there is none. */
export function pick<T>(choices: readonly T[], draw: Draw): T | undefined {
  return choices[Math.floor(draw() * choices.length)];
}

/** A short stand-in for a text, to seed with. */
export function fingerprint(seed: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < seed.length; at += 1) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
  return hash;
}
