import type { UsageQuery } from '../../store.ts';
import { cutSums } from './cut.ts';
import type { SumPage, SumQuestion, SumRows } from './question.ts';
import { bucketMs, type Sums } from './sum.ts';
import { TooManyGroups } from './tally.ts';

/**
 * Answers with one page of sums after the other. What was added up for a page is kept for the next ones as long as it is new. Where stretches of
 * time are told apart only as much of the time is added up as a page needs, the earliest of what is left: it comes first. Throws
 * `TooManyGroups` if that is still too much.
 */
export function openPages(add: (query: UsageQuery) => Sums): (question: SumQuestion) => SumRows {
  let kept: Kept | undefined;
  const partUpTo = (query: UsageQuery): Part => {
    for (let { to } = query; ; to = halfOf({ ...query, to })) {
      try {
        return { sums: add({ ...query, to }), to };
      } catch (thrown) {
        if (!(thrown instanceof TooManyGroups) || halfOf({ ...query, to }) >= to) throw thrown;
      }
    }
  };
  const partFor = (page: SumPage, query: UsageQuery): Part => {
    for (let count = fewStretches; ; count *= 4) {
      const to = endOf(query, count);
      const part = partUpTo({ ...query, to });
      if (part.to < to || to === query.to || cutSums(part.sums, page).more) return part;
    }
  };
  const fresh = ({ sum, page }: Paged): SumRows => {
    for (let from = Math.max(sum.from, page.after?.[0] ?? sum.from); ; ) {
      kept = undefined;
      const part = partFor(page, { ...sum, from });
      const rows = cutSums(part.sums, page);
      const more = rows.more || part.to < sum.to;
      if (rows.more) kept = { name: JSON.stringify(sum), part, at: page.at };
      if (!more || rows.bucketStarts.length > 0) return { ...rows, more };
      from = part.to;
    }
  };
  return ({ sum, page }) => {
    if (page === undefined) return cutSums(add(sum));
    if (kept === undefined || !isOf(kept, JSON.stringify(sum), page)) return fresh({ sum, page });
    const { sums, to } = kept.part;
    const rows = cutSums(sums, page);
    // Where what is kept makes no whole page, more is added up.
    return rows.more || to === sum.to ? rows : fresh({ sum, page });
  };
}

interface Paged {
  readonly sum: UsageQuery;
  readonly page: SumPage;
}

/** So many stretches of time are added up first; more only if they make no page. */
const fewStretches = 64;

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

/** Where so many stretches of time end, counted from the one in which a span begins; where the span does without any. */
function endOf({ from, to, bucket }: UsageQuery, count: number): number {
  if (bucket === undefined) return to;
  const width = bucketMs[bucket];
  return Math.min(to, Math.floor(from / width) * width + count * width);
}

/** Where the first half of a span ends, at the end of a stretch of time; where the span does if it cannot be halved. */
function halfOf({ from, to, bucket }: UsageQuery): number {
  if (bucket === undefined) return to;
  const width = bucketMs[bucket];
  const half = Math.ceil((from + (to - from) / 2) / width) * width;
  return Math.min(half, to);
}
