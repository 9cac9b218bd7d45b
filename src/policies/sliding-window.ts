/** What was taken in the stretch of time that has just gone by; it is free again exactly that long after it was taken. */
export interface SlidingWindow {
  /** How much is taken at this moment. */
  taken(now: number): number;
  /** Takes so much; the answer is its number. Times never run backwards. */
  take(now: number, amount: number): number;
  /** Makes what was taken under a number more or less. What has gone by already stays as it was. */
  change(number: number, by: number): void;
  /** In how many milliseconds so much is free, if nothing else comes: undefined if it never will be. */
  freeIn(now: number, wanted: { readonly limit: number; readonly amount: number }): number | undefined;
  /** In how many milliseconds nothing is taken any more. */
  emptyIn(now: number): number;
}

/** Up to so many are told apart to the moment. */
const mostExact = 2048;
/** Beyond, what is taken within a thousandth of the window is free with the last of it: late, never early. */
const slotsPerWindow = 1000;
/** What has gone by is cleared away when it is so much, and more than what is left. */
const clearedAt = 1024;

/** Counts what is taken in any stretch of `windowMs`. It keeps at most some three thousand figures. */
export function slidingWindow(windowMs: number): SlidingWindow {
  // What is taken, oldest first, from `head` on; what stands before has gone by.
  let times: number[] = [];
  let amounts: number[] = [];
  let head = 0;
  /** The number of what stands at place 0. */
  let first = 0;
  let sum = 0;
  /** When the last one, which may stand for several, began. */
  let began = 0;

  const forget = (now: number): void => {
    while (head < times.length && (times[head] ?? 0) + windowMs <= now) {
      sum -= amounts[head] ?? 0;
      head += 1;
    }
    if (head > 0 && (head === times.length || (head > clearedAt && head > times.length / 2))) clear();
  };
  const clear = (): void => {
    times = times.slice(head);
    amounts = amounts.slice(head);
    first += head;
    head = 0;
    // Fractions leave no rest behind.
    if (times.length === 0) sum = 0;
  };
  return {
    taken(now) {
      forget(now);
      return sum;
    },
    take(now, amount) {
      forget(now);
      sum += amount;
      const last = times.length - 1;
      if (times.length - head >= mostExact && now - began < windowMs / slotsPerWindow) {
        times[last] = now;
        amounts[last] = (amounts[last] ?? 0) + amount;
        return first + last;
      }
      began = now;
      times.push(now);
      amounts.push(amount);
      return first + last + 1;
    },
    change(number, by) {
      const place = number - first;
      if (place < head) return;
      amounts[place] = (amounts[place] ?? 0) + by;
      sum += by;
    },
    freeIn(now, { limit, amount }) {
      forget(now);
      let free = limit - sum;
      if (free >= amount) return 0;
      for (let place = head; place < times.length; place += 1) {
        free += amounts[place] ?? 0;
        if (free >= amount) return (times[place] ?? now) + windowMs - now;
      }
      return undefined;
    },
    emptyIn(now) {
      forget(now);
      return head === times.length ? 0 : (times.at(-1) ?? now) + windowMs - now;
    },
  };
}
