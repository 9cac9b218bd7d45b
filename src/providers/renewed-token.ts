import type { Cancel, Clock } from '../core/ports.ts';

/** What is shown instead of a key, for a while. */
export interface Token {
  readonly text: string;
  /** Milliseconds from the moment in which it was asked for. */
  readonly validForMs: number;
}

export interface RenewedToken {
  /** One that is valid; rejects with why there is none, or with the signal's reason. */
  current(signal: AbortSignal): Promise<string>;
  /** The one in use; undefined if there was none yet. */
  readonly latest: string | undefined;
}

/** So long before its end a token is replaced, while calls still go with it. */
const aheadMs = 300_000;
/** A failed renewal is tried again after this, as long as the token in use is good. */
const pauseMs = 30_000;
const longestMs = 15_000;

/**
 * Keeps a token: asked for when it is first needed, once for all who wait, and again in good time before its end, so that no
 * call waits for it twice.
 */
export function renewedToken(ask: (signal: AbortSignal) => Promise<Token>, clock: Clock): RenewedToken {
  let held: { readonly text: string; readonly until: number; readonly renewAt: number } | undefined;
  let asking: Promise<string> | undefined;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  const renew = async (): Promise<string> => {
    const askedAt = clock.monotonic();
    const { signal, cancel } = timeLimit(clock);
    try {
      const { text, validForMs } = await ask(signal);
      const until = askedAt + validForMs;
      held = { text, until, renewAt: until - Math.min(aheadMs, validForMs / 5) };
      return text;
    } catch (thrown) {
      pausedUntil = clock.monotonic() + pauseMs;
      throw thrown;
    } finally {
      cancel();
      asking = undefined;
    }
  };

  return {
    get latest() {
      return held?.text;
    },
    async current(signal) {
      const now = clock.monotonic();
      if (held !== undefined && now < held.renewAt) return held.text;
      if (held !== undefined && now < held.until) {
        // The one in use is good: whether the next one can be had is seen when it is needed.
        if (asking === undefined && now >= pausedUntil) {
          asking = renew();
          asking.catch(() => undefined);
        }
        return held.text;
      }
      asking ??= renew();
      return await unlessAborted(asking, signal);
    },
  };
}

function timeLimit(clock: Clock): { readonly signal: AbortSignal; readonly cancel: Cancel } {
  const controller = new AbortController();
  return { signal: controller.signal, cancel: clock.after(longestMs, () => controller.abort()) };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
