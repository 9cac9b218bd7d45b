import type { Authenticated, Call, Metered, Policy } from '../core/call.ts';
import { asFailure } from '../core/failure.ts';
import { formatUsd } from '../core/money.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Origin, Reply, StreamReply, WholeReply } from '../core/reply.ts';
import type { Entry, Ledger } from '../store/store.ts';
import { type OpenJournal, openJournal } from './journal.ts';
import { type Seen, seeing } from './seeing.ts';

export interface MeterTools {
  readonly ledger: Pick<Ledger, 'append'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * One record for every call of somebody known, refusals too. An answer leaves only once its entry is durable: a whole one
 * before its first byte, a streamed one before its terminal frame.
 */
export function meter(tools: MeterTools): Policy<Call & Authenticated, Metered> {
  return (next) => async (call) => {
    const note = (entry: Entry): void => noteWithoutWaiting(tools, entry);
    const journal = openJournal(call, tools.clock, note);
    let reply: Reply;
    try {
      reply = await next({ ...call, journal });
    } catch (thrown) {
      const failure = asFailure(thrown);
      note(journal.closing({ outcome: { kind: 'failed', failure } }));
      throw failure;
    }
    return reply.kind === 'whole' ? await settled(tools, journal, reply) : metered(tools, journal, reply);
  };
}

async function settled({ ledger }: MeterTools, journal: OpenJournal, reply: WholeReply): Promise<Reply> {
  const entry = flagged(journal.closing({ outcome: { kind: 'complete' }, sight: reply.sight }), reply.origin);
  await ledger.append(entry);
  const cost = journal.total(entry);
  if (cost === undefined) return reply;
  const headers = { ...reply.origin.headers, 'x-trestle-cost-usd': formatUsd(cost) };
  return { ...reply, origin: { ...reply.origin, headers } };
}

/** What is no provider's own count is never taken for one later. */
function flagged(entry: Entry, { estimated }: Origin): Entry {
  return estimated === true ? { ...entry, flags: [...entry.flags, 'count-estimated'] } : entry;
}

function metered({ ledger }: MeterTools, journal: OpenJournal, reply: StreamReply): Reply {
  const seen: Seen = seeing();
  reply.observe((chunk) => seen.add(chunk.sight));
  return {
    ...reply,
    end: async (outcome) => {
      await reply.end(outcome);
      await ledger.append(journal.closing({ outcome, sight: seen.sight }));
    },
  };
}

/** An error is no acknowledgement: its entry need not be durable before it leaves. */
function noteWithoutWaiting({ ledger, log }: MeterTools, entry: Entry): void {
  ledger.append(entry).catch((cause: unknown) => {
    log.error('a request record could not be written', { requestId: entry.requestId, cause });
  });
}
