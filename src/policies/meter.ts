import type { Authenticated, Call, Policy } from '../core/call.ts';
import { asFailure } from '../core/failure.ts';
import { formatUsd } from '../core/money.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Origin, Reply, StreamReply, WholeReply } from '../core/reply.ts';
import type { Entry, Hold, Ledger } from '../store/store.ts';
import type { Allowances } from './allowances.ts';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import type { Health } from './health.ts';
import { type Journaled, type OpenJournal, openJournal } from './journal.ts';
import { type Seen, seeing } from './seeing.ts';

export interface MeterTools {
  readonly ledger: Pick<Ledger, 'append'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every attempt that is over. */
  readonly health?: Pick<Health, 'attempted'>;
  /** Knows what providers give away; nothing is free if absent. */
  readonly allowances?: Pick<Allowances, 'taken'>;
}

/**
 * One record for every call of somebody known, refusals too. An answer leaves only once its entry is durable: a whole one
 * before its first byte, a streamed one before its terminal frame.
 */
export function meter(tools: MeterTools): Policy<Call & Authenticated, Journaled> {
  const note = (entry: Entry, hold: Hold | undefined): void => noteWithoutWaiting(tools, entry, hold);
  const { clock, health, allowances } = tools;
  const journaling = {
    clock,
    append: note,
    ...(health === undefined ? {} : { attempted: health.attempted }),
    ...(allowances === undefined ? {} : { allowances }),
  };
  const checkpoints = openCheckpoints(clock);
  const streaming = { ledger: tools.ledger, checkpoints };
  return (next) => async (call) => {
    const journal = openJournal(call, journaling);
    let reply: Reply;
    try {
      reply = await next({ ...call, journal });
    } catch (thrown) {
      const failure = asFailure(thrown);
      note(journal.closing({ outcome: { kind: 'failed', failure } }), journal.current?.held?.hold);
      throw failure;
    }
    return reply.kind === 'whole' ? await settled(tools, journal, reply) : metered(streaming, journal, reply);
  };
}

async function settled({ ledger }: MeterTools, journal: OpenJournal, reply: WholeReply): Promise<Reply> {
  const { sight, origin } = reply;
  const ending = { sight, ...(origin.estimated === undefined ? {} : { estimated: origin.estimated }) };
  const entry = flagged(journal.closing({ outcome: { kind: 'complete' }, ...ending }), origin);
  await ledger.append(entry, journal.current?.held?.hold);
  const cost = journal.total(entry);
  if (cost === undefined) return reply;
  const headers = { ...reply.origin.headers, 'x-trestle-cost-usd': formatUsd(cost) };
  return { ...reply, origin: { ...reply.origin, headers } };
}

/** What is no provider's own count is never taken for one later. */
function flagged(entry: Entry, { estimated }: Origin): Entry {
  return estimated === true ? { ...entry, flags: [...entry.flags, 'count-estimated'] } : entry;
}

interface StreamTools extends Pick<MeterTools, 'ledger'> {
  readonly checkpoints: Checkpoints;
}

function metered({ ledger, checkpoints }: StreamTools, journal: OpenJournal, reply: StreamReply): Reply {
  const seen: Seen = seeing();
  const attempt = journal.current;
  if (attempt?.isPaid === true) checkpoints.follow(attempt);
  reply.observe(({ sight }) => {
    seen.add(sight);
    attempt?.heard(seen.sight);
  });
  return {
    ...reply,
    end: async (outcome) => {
      try {
        await reply.end(outcome);
      } finally {
        if (attempt !== undefined) checkpoints.leave(attempt);
        await ledger.append(journal.closing({ outcome, sight: seen.sight }), attempt?.held?.hold);
      }
    },
  };
}

/** An error is no acknowledgement: its entry need not be durable before it leaves. */
function noteWithoutWaiting({ ledger, log }: MeterTools, entry: Entry, hold: Hold | undefined): void {
  ledger.append(entry, hold).catch((cause: unknown) => {
    log.error('a request record could not be written', { requestId: entry.requestId, cause });
  });
}
