import type { LoadReport } from './load.ts';
import type { Counts } from './upstream.ts';

/** What one run left behind on both sides. */
export interface Evidence {
  readonly what: string;
  readonly report: LoadReport;
  readonly bodyBytes: number;
  /** The caller's; the upstream's is OpenAI's. Where they differ, bytes and frames cannot be compared. */
  readonly dialect: 'openai' | 'anthropic';
  readonly before: Counts;
  readonly after: Counts;
}

/**
 * Compares what the callers saw with the upstream's own book. Each answer has been checked by the load generator already;
 * this finds calls made twice, bodies that shrank and bytes that were lost or invented on the way.
 */
export function faultsIn(evidence: Evidence): string[] {
  const { what, report, bodyBytes, dialect, before, after } = evidence;
  const faults: string[] = [];
  if (report.wrong > 0)
    faults.push(`${what}: ${report.wrong} of ${report.sent} answers were wrong; first: ${report.blame}`);
  const compare = (name: string, [seen, expected]: readonly [number, number], slack = 0): void => {
    if (Math.abs(seen - expected) <= slack) return;
    faults.push(`${what}: ${name}: ${seen} at the upstream, ${expected} at the caller`);
  };
  compare('requests', [after.requests - before.requests, report.sent]);
  if (dialect === 'openai') {
    // A gateway puts the upstream's model name in the place of its own, which is a little longer or shorter.
    compare('bytes of requests', [after.bytesIn - before.bytesIn, report.sent * bodyBytes], report.sent * 32);
    compare('bytes of answers', [after.bytesOut - before.bytesOut, report.bytes]);
    compare('frames', [after.frames - before.frames, report.frames]);
  }
  compare('requests refused as damaged', [after.refused - before.refused, 0]);
  compare('streams cut off', [after.cut - before.cut, 0]);
  return faults;
}
