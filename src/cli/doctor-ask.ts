import { Failure } from '../core/failure.ts';
import type { InboundResponse, OutboundRequest } from '../core/ports.ts';
import { plain } from './plain.ts';
import type { Tools } from './tools.ts';

/** What came of asking: an answer with its body read, or why there is none. */
export type Heard = { readonly status: number; readonly text: string } | { readonly silent: string };

export interface HeardQuestion extends Pick<OutboundRequest, 'url' | 'headers'> {
  readonly method?: OutboundRequest['method'];
  readonly body?: string;
}

/** Nobody waits longer for a doctor. */
const patienceMs = 15_000;
const longestAnswer = 4 * 1_048_576;

/** Asks once and does not wait for long. Never throws for what may be wrong out there. */
export async function hear(
  { http, clock }: Pick<Tools, 'http' | 'clock'>,
  { body, ...question }: HeardQuestion,
): Promise<Heard> {
  const leave = new AbortController();
  const cancel = clock.after(patienceMs, () =>
    leave.abort(new Failure('provider-timeout', `nothing was heard for ${patienceMs / 1000} s`)),
  );
  try {
    const answer = await http.send({
      method: 'GET',
      ...question,
      ...(body === undefined ? {} : { body: new TextEncoder().encode(body) }),
      signal: leave.signal,
    });
    return { status: answer.status, text: await textOf(answer) };
  } catch (thrown) {
    const cause: unknown = leave.signal.aborted ? leave.signal.reason : thrown;
    if (!(cause instanceof Failure)) throw thrown;
    return { silent: plain(cause.message) };
  } finally {
    cancel();
  }
}

async function textOf(answer: InboundResponse): Promise<string> {
  return new TextDecoder().decode(await answer.bytes(longestAnswer));
}
