import type { ChatResponse, ReportedUsage } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { Reply, Sight, StreamReply, WholeReply } from '../../core/reply.ts';
import { mergedChunks } from './merged-chunks.ts';
import { summedSight } from './summed-sight.ts';

/** Asks a chat model once, for the choice of this number; the signal ends it early. */
export type AskOnce = (choice: number, signal: AbortSignal) => Promise<Reply>;

/** What had been seen of the answers that were there when one of them failed. */
export type SeenBefore = (sight: Sight) => void;

/**
 * Several alternatives of a model that gives one answer to a call: as many calls at once, put together as if they were one
 * answer. What they consumed is the sum of all, input included. One that fails fails all of them, for a caller who asked for
 * three has no use for two; the others are given up, and what they had already cost is told.
 */
export async function fanOut(
  { count, signal, seen }: { readonly count: number; readonly signal: AbortSignal; readonly seen: SeenBefore },
  ask: AskOnce,
): Promise<Reply<'chat'>> {
  const giveUp = new AbortController();
  const either = AbortSignal.any([signal, giveUp.signal]);
  const asked = Array.from({ length: count }, (_, choice) => ask(choice, either).then(ofChat));
  try {
    return merged(await Promise.all(asked));
  } catch (thrown) {
    giveUp.abort(new Failure('caller-gone', 'Another of the alternatives that were asked for together failed.'));
    seen(summedSight(await sightsOf(asked)));
    throw thrown;
  }
}

/** Only a chat has alternatives. */
function ofChat(reply: Reply): Reply<'chat'> {
  if (reply.kind === 'whole' && !('choices' in reply.payload.value)) throw new Error('the answer has no choices');
  return reply as Reply<'chat'>;
}

/** Of those that came; a stream that had begun is let go. */
async function sightsOf(asked: readonly Promise<Reply<'chat'>>[]): Promise<readonly Sight[]> {
  const settled = await Promise.allSettled(asked);
  return settled.flatMap((one) => {
    if (one.status === 'rejected') return [];
    if (one.value.kind === 'whole') return [one.value.sight];
    one.value.end({ kind: 'aborted' }).catch(() => undefined);
    return [];
  });
}

function merged(replies: readonly Reply<'chat'>[]): Reply<'chat'> {
  const whole = replies.filter((reply): reply is WholeReply<'chat'> => reply.kind === 'whole');
  if (whole.length === replies.length) return mergedWhole(whole);
  return mergedStream(replies.filter((reply): reply is StreamReply<'chat'> => reply.kind === 'stream'));
}

function mergedWhole(replies: readonly WholeReply<'chat'>[]): WholeReply<'chat'> {
  const answers = replies.map(({ payload }) => payload.value);
  const [first] = replies;
  const [answer] = answers;
  if (first === undefined || answer === undefined) throw new Error('nothing was asked');
  const { usage: _, ...head } = answer;
  const usage = summedUsage(answers);
  const value: ChatResponse = {
    ...head,
    choices: answers.flatMap(({ choices }, index) => choices.slice(0, 1).map((choice) => ({ ...choice, index }))),
    ...(usage !== undefined && { usage }),
  };
  return { ...first, payload: { value }, sight: summedSight(replies.map(({ sight }) => sight)) };
}

/** Usage that not every one of them tells is not told at all. */
function summedUsage(answers: readonly ChatResponse[]): ReportedUsage | undefined {
  const counted = summedSight(
    answers.map(({ usage }) => ({ ...nothing, ...(usage?.counted !== undefined && { usage: usage.counted }) })),
  ).usage;
  return counted === undefined ? undefined : { counted };
}

const nothing: Sight = { terminal: false, producedBytes: 0, producedFrames: 0 };

function mergedStream(replies: readonly StreamReply<'chat'>[]): StreamReply<'chat'> {
  const [first] = replies;
  if (first === undefined) throw new Error('nothing was asked');
  const chunks = mergedChunks(replies.map((reply) => reply.chunks));
  const { wire: _, ...alone } = first;
  return {
    ...alone,
    chunks,
    observe: (watch) => chunks.observe(watch),
    end: async (outcome) => {
      await Promise.all(replies.map((reply) => reply.end(outcome)));
    },
  };
}
