import type { Call, Plan, Received } from '../core/call.ts';
import type { OperationName } from '../core/operation.ts';
import { estimatedInput, mostInput } from './estimate.ts';

/** What a call wants of a limit of tokens, before anybody knows what it will consume. */
export interface TokenWish {
  /** The most that its input can come to, in a window of this size. */
  most(limit: number): number;
  /** What its input will come to, more or less. */
  guess(): number;
  /** How many alternatives are written; 0 where nothing is. */
  readonly choices: number;
  /** The most that each may have, as the caller says. */
  readonly asked?: number;
  /** The most that any model in question writes. */
  readonly written?: number;
}

/** How a limit of tokens takes a call. */
export interface TokenFit {
  /** The most that each alternative may have; absent where nothing is written. */
  readonly output?: number;
  /** It takes the whole of the window, so that nobody comes beside it until it is known what it consumed. */
  readonly whole: boolean;
}

/** Why a limit of tokens does not take a call: so much must be free, or all of it; or it is beyond the limit for ever. */
export type TokenLack = { readonly amount: number } | 'idle' | 'never';

/** An answer with less room is of no use. */
const usefulTokens = 16;
/** What a call is given of a window if nobody says how much it wants: half of what is free, but at least this. */
const unsaidTokens = 4096;

/** How output is limited, by operation: what writes no tokens has none. */
const writes: { readonly [Op in OperationName]: 'output' | 'nothing' | 'free' } = {
  chat: 'output',
  embed: 'nothing',
  'count-tokens': 'free',
};

/** What a call wants of limits of tokens; undefined if it consumes none. */
export function tokenWish({
  operation,
  envelope,
  payload,
  plan,
}: Pick<Call, 'operation'> & Received & { readonly plan: Plan }): TokenWish | undefined {
  const written = writes[operation];
  if (written === 'free') return undefined;
  let most: number | undefined;
  const measured = (): number => {
    most ??= Math.min(envelope.bytes, mostInput({ envelope, payload }) + allowance);
    return most;
  };
  const isWritten = written === 'output';
  const asked = isWritten ? envelope.maxOutputTokens : undefined;
  const mostWritten = isWritten ? modelsMost(plan) : undefined;
  return {
    // No token is shorter than a byte. What would take much of the window is read, for the bytes of a picture are no tokens.
    most: (limit) => (envelope.bytes * 4 > limit ? measured() : envelope.bytes),
    guess: () => Math.min(Math.ceil(envelope.bytes / 4), estimatedInput({ envelope, payload }) + allowance),
    choices: isWritten ? Math.max(1, envelope.choices) : 0,
    ...(asked === undefined ? {} : { asked }),
    ...(mostWritten === undefined ? {} : { written: mostWritten }),
  };
}

/** What vendors put around what is said. */
const allowance = 256;

function modelsMost({ targets }: Plan): number | undefined {
  const known = targets.map(({ limits }) => limits?.maxOutputTokens);
  return known.reduce((most, each) => (most === undefined || each === undefined ? undefined : Math.max(most, each)));
}

/**
 * Fits a call into what is left of a limit: as it asks if that fits; else with less output than it asks for; else, if it could
 * never fit by its bytes, by our guess, alone in its window.
 */
export function fitted(
  wish: TokenWish,
  { limit, taken }: { readonly limit: number; readonly taken: number },
): TokenFit | TokenLack {
  const input = wish.most(limit);
  const useful = Math.min(usefulTokens, wish.asked ?? usefulTokens) * wish.choices;
  const free = limit - taken - input;
  if (free >= useful) return { whole: false, ...(wish.choices > 0 && { output: outputWithin(wish, free) }) };
  if (input + useful <= limit) return { amount: input + useful };
  const room = limit - wish.guess();
  if (room < useful) return 'never';
  return taken > 0 ? 'idle' : { whole: true, ...(wish.choices > 0 && { output: outputWithin(wish, room) }) };
}

function outputWithin({ asked, written, choices }: TokenWish, free: number): number {
  const most = Math.floor(free / choices);
  if (asked !== undefined) return Math.min(most, asked);
  return Math.min(most, written ?? most, Math.max(Math.ceil(most / 2), unsaidTokens));
}
