import type { UsageQuery } from '../../store.ts';
import { cutSums } from './cut.ts';
import type { SumPage, SumQuestion, SumRows } from './question.ts';
import { bucketMs, type Sums } from './sum.ts';
import { TooManyGroups } from './tally.ts';

/**
 * Answers with one page of sums after the other. What was added up for a page is kept for the next ones as long as it is new. Where stretches of
 * time are told apart only as much of the time is added up as can be at once, the earliest of what is left: it comes first. Throws
 * `TooManyGroups` if that is still too much.
 */
export function openPages(add: (query: UsageQuery) => Sums): (question: SumQuestion) => SumRows {
  let kept: Kept | undefined;
  const partFrom = (query: UsageQuery): Part => {
    for (let { to } = query; ; to = halfOf({ ...query, to })) {
      try {
        return { sums: add({ ...query, to }), to };
      } catch (thrown) {
        if (!(thrown instanceof TooManyGroups) || halfOf({ ...query, to }) >= to) throw thrown;
      }
    }
  };
  return ({ sum, page }) => {
    if (page === undefined) return cutSums(add(sum));
    const name = JSON.stringify(sum);
    let part = kept !== undefined && isOf(kept, name, page) ? kept.part : undefined;
    let from = Math.max(sum.from, page.after?.[0] ?? sum.from);
    for (;;) {
      if (part === undefined) {
        kept = undefined;
        part = partFrom({ ...sum, from });
        kept = { name, part, at: page.at };
      }
      const answer = cutSums(part.sums, page);
      const more = answer.more || part.to < sum.to;
      if (!more) kept = undefined;
      if (!more || answer.bucketStarts.length > 0) return { ...answer, more };
      [from, part] = [part.to, undefined];
    }
  };
}

/** How old the sums may be that a page is cut from: a record is to be seen within five seconds of its answer. */
const keptMs = 4_000;

interface Part {
  readonly sums: Sums;
  /** They are of the time up to here. */
  readonly to: number;
}

interface Kept {
  readonly name: string;
  readonly part: Part;
  /** When it was added up. */
  readonly at: number;
}

function isOf(kept: Kept, name: string, { after, at }: SumPage): boolean {
  return after !== undefined && kept.name === name && at - kept.at < keptMs;
}

/** Where the first half of a span ends, at the end of a stretch of time; where the span does if it cannot be halved. */
function halfOf({ from, to, bucket }: UsageQuery): number {
  if (bucket === undefined) return to;
  const width = bucketMs[bucket];
  const half = Math.ceil((from + (to - from) / 2) / width) * width;
  return Math.min(half, to);
}
