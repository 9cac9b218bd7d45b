import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Usage } from '../../core/usage.ts';
import { invalidUsage, isCount, type UsageReading, unsaidUsage } from '../usage-reading.ts';

/**
 * Splits a usage object into classes that do not overlap. `input_tokens` leaves out what was read from and written to the
 * cache; `output_tokens` has the thinking in it. A stream tells usage at its start and again, as totals, near its end, where
 * counts that do not apply are left out or null: what was told `before` still holds then.
 * https://platform.claude.com/docs/en/api/messages
 */
export function readUsage(usage: Json | undefined, before?: Usage): UsageReading {
  if (usage === undefined || usage === null) return before === undefined ? unsaidUsage : { usage: before };
  if (!isJsonObject(usage)) return invalidUsage;
  const counts = totalsOf(usage);
  if (counts === undefined) return invalidUsage;
  const inputs = inputOf(counts, before?.tokens ?? {});
  const outputs = outputOf(counts, before?.tokens ?? {});
  // One side alone would make the other look free of charge.
  if (inputs.input === undefined || outputs.output === undefined) return unsaidUsage;
  return { usage: { tokens: { ...inputs, ...outputs } } };
}

interface Counts {
  input?: number;
  read?: number;
  /** For minutes and for an hour together. */
  written?: number;
  /** Of these, for an hour. */
  hour?: number;
  output?: number;
  thinking?: number;
}

/**
 * The counts of a usage object. With server-side compaction, an advisor or a fallback model, the top level leaves some of the
 * passes out that are billed; `iterations` lists them all.
 * https://platform.claude.com/docs/en/build-with-claude/compaction
 */
function totalsOf(usage: JsonObject): Counts | undefined {
  const totals = countsOf(usage);
  const { iterations } = usage;
  if (totals === undefined || !Array.isArray(iterations)) return totals;
  const sums: Counts = {};
  for (const pass of iterations) {
    const counts = isJsonObject(pass) ? countsOf(pass) : undefined;
    if (counts === undefined) return undefined;
    for (const name of names) if (counts[name] !== undefined) sums[name] = (sums[name] ?? 0) + counts[name];
  }
  for (const name of names) if ((sums[name] ?? 0) > (totals[name] ?? 0)) totals[name] = sums[name] ?? 0;
  return totals;
}

const names = ['input', 'read', 'written', 'hour', 'output', 'thinking'] as const;

/** Undefined if one of them cannot be a count. */
function countsOf(usage: JsonObject): Counts | undefined {
  const counts: Counts = {};
  const taken =
    take(counts, 'input', usage['input_tokens']) &&
    take(counts, 'read', usage['cache_read_input_tokens']) &&
    take(counts, 'written', usage['cache_creation_input_tokens']) &&
    take(counts, 'output', usage['output_tokens']) &&
    takeWithin(counts, 'thinking', [usage['output_tokens_details'], 'thinking_tokens']);
  return taken ? withLasting(counts, usage['cache_creation']) : undefined;
}

/** How long what was written to the cache stays there. The sum of both is told beside, if not by everybody. */
function withLasting(counts: Counts, found: Json | undefined): Counts | undefined {
  const minutes: Counts = {};
  if (!takeWithin(minutes, 'written', [found, 'ephemeral_5m_input_tokens'])) return undefined;
  if (!takeWithin(counts, 'hour', [found, 'ephemeral_1h_input_tokens'])) return undefined;
  if (counts.written !== undefined || (minutes.written ?? counts.hour) === undefined) return counts;
  return { ...counts, written: (minutes.written ?? 0) + (counts.hour ?? 0) };
}

function take(counts: Counts, name: keyof Counts, count: Json | undefined): boolean {
  if (count === undefined || count === null) return true;
  if (!isCount(count)) return false;
  counts[name] = count;
  return true;
}

function takeWithin(counts: Counts, name: keyof Counts, [outer, inner]: [Json | undefined, string]): boolean {
  if (outer === undefined || outer === null) return true;
  return isJsonObject(outer) && take(counts, name, outer[inner]);
}

/** A vendor that tells the input at the start only, and zeros near the end, does not mean that there was none. */
function inputOf(counts: Counts, before: Usage['tokens']): Usage['tokens'] {
  const { input = 0, read = 0, written = 0 } = counts;
  const isSilent = before.input !== undefined && input + read + written === 0;
  const said = isSilent ? nothingSaid : counts;
  const beside = { cachedInput: counts.read, ...writesOf(counts, undefined) };
  const now = { input: said.input, cachedInput: said.read, ...writesOf(said, before.cacheWriteHour) };
  const { output: _, ...inputBefore } = present(before);
  return present({ ...beside, ...inputBefore, ...present(now) });
}

const nothingSaid: Counts = {};

/** What was written for minutes and for an hour. A total near the end of a stream is of the kinds that its start told. */
function writesOf({ written, hour }: Counts, hourBefore: number | undefined) {
  const long = hour ?? (written === undefined ? undefined : hourBefore);
  if (written === undefined) return { cacheWrite: undefined, cacheWriteHour: long };
  const cacheWriteHour = long === undefined ? undefined : Math.min(long, written);
  return { cacheWrite: written - (cacheWriteHour ?? 0), cacheWriteHour };
}

function outputOf({ output, thinking }: Counts, before: Usage['tokens']): Usage['tokens'] {
  const total = output ?? (before.output === undefined ? undefined : before.output + (before.reasoning ?? 0));
  const thought = thinking ?? before.reasoning;
  if (total === undefined || thought === undefined) return present({ output: total });
  const reasoning = Math.min(thought, total);
  return { output: total - reasoning, reasoning };
}

type Told = { readonly [Class in keyof Usage['tokens']]: number | undefined };

/** Those of the classes of input, and the sum of the output, that were told. */
function present(tokens: Told): Usage['tokens'] {
  const kept: { -readonly [Class in keyof Usage['tokens']]: number } = {};
  for (const name of ['input', 'cachedInput', 'cacheWrite', 'cacheWriteHour', 'output'] as const) {
    const count = tokens[name];
    if (count !== undefined) kept[name] = count;
  }
  return kept;
}
