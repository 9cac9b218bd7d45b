import { isJsonObject } from '../../src/core/json.ts';
import { recordedUsage, tellsBrokenUsage } from './recorded-usage.ts';
import { isTorn, objectIn, type ReplayCall } from './replay-calls.ts';
import { hasOutput } from './replay-endings.ts';
import { inputClasses, outputClasses, type RequestRow } from './replay-house.ts';
import type { Played } from './replay-pass.ts';

/** What a request record says of a call that was played, in the measures in which recordings tell it. */
export interface Booked {
  readonly asked: string;
  readonly answered: string;
  readonly stream: boolean;
  readonly status: number | undefined;
  readonly outcome: string;
  readonly attempts: number;
  readonly basis: string;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
  readonly flags: readonly string[];
  readonly upstreamRequestId: string | null;
}

export function bookedIn(row: RequestRow): Booked {
  const { tokens, basis } = row.usage;
  return {
    asked: row.requested_model,
    answered: `${row.provider}/${row.model}`,
    stream: row.stream,
    status: row.status,
    outcome: row.outcome,
    attempts: row.attempts,
    basis,
    input: inputOf(row),
    cached: tokens.cached_input ?? 0,
    output: outputOf(row),
    reasoning: tokens.reasoning ?? 0,
    flags: row.flags,
    upstreamRequestId: row.upstream_request_id,
  };
}

/** At the prices of the replay house, in nano-USD. */
export function costOf(row: RequestRow): number {
  return inputOf(row) * 1000 + outputOf(row) * 2000;
}

export function totalOf(row: RequestRow): number {
  return inputOf(row) + outputOf(row);
}

/** What must be booked. Where the vendor told no usage that can be believed, any count of our own is right, but never none of the input. */
export function expectedBooking(played: Played, row: RequestRow): Booked {
  const { call, through } = played;
  const { provider, model, stream, recording } = call;
  const begun = through.problem === undefined || through.problem.status === undefined;
  const ending = {
    asked: `${provider}/${model}`,
    answered: `${provider}/${model}`,
    stream,
    status: begun ? 200 : through.problem?.status,
    outcome: outcomeOf(played, row),
    attempts: 1,
    upstreamRequestId: recording.responseHeaders?.['x-request-id'] ?? null,
  };
  if (call.ending === 'invalid')
    return {
      ...ending,
      ...nothing,
      asked: '',
      answered: 'null/null',
      stream: false,
      attempts: 0,
      upstreamRequestId: null,
    };
  // A good head came, so the vendor may have worked.
  if (call.ending === 'mistyped') return { ...ending, ...estimated(call, row) };
  if (!begun) return { ...ending, ...nothing };
  const told = recordedUsage(call);
  if (told === undefined || (told.output === 0 && producesOutput(played)))
    return { ...ending, ...estimated(call, row) };
  const { odd, ...counts } = told;
  return { ...ending, ...counts, basis: 'reported', flags: [] };
}

const nothing: Counts = { basis: 'none', input: 0, cached: 0, output: 0, reasoning: 0, flags: [] };

/** Somebody whose SDK gives up at a torn frame may be gone before the end. */
function outcomeOf({ call, through }: Played, row: RequestRow): string {
  if (call.ending === 'invalid') return 'refused';
  if (isTorn(call) && row.outcome === 'aborted') return 'aborted';
  return through.problem === undefined || call.ending === 'as-is' ? 'complete' : 'failed';
}

function estimated(call: ReplayCall, row: RequestRow): Counts {
  const flags = [...(tellsBrokenUsage(call) ? ['usage-invalid'] : []), 'usage-estimated'];
  return {
    basis: 'estimated',
    input: Math.max(1, inputOf(row)),
    cached: 0,
    output: outputOf(row),
    reasoning: 0,
    flags,
  };
}

type Counts = Pick<Booked, 'basis' | 'input' | 'cached' | 'output' | 'reasoning' | 'flags'>;

function producesOutput({ call: { recording } }: Played): boolean {
  const { responseBody, responseChunks } = recording;
  const answers = responseChunks === undefined ? [responseBody] : responseChunks.map(({ data }) => objectIn(data));
  return answers.some((answer) => isJsonObject(answer) && hasOutput(answer));
}

function inputOf({ usage: { tokens } }: RequestRow): number {
  return inputClasses.reduce((sum, name) => sum + (tokens[name] ?? 0), 0);
}

function outputOf({ usage: { tokens } }: RequestRow): number {
  return outputClasses.reduce((sum, name) => sum + (tokens[name] ?? 0), 0);
}
