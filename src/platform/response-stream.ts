import { systemClock } from './clock.ts';
import { openVigil, type Vigil } from './vigil.ts';

export interface PulledBodyOptions {
  /** How long a caller may leave a piece unread before the answer is cut. 300 000 if absent. */
  readonly unreadMs?: number;
  readonly vigil?: Vigil;
}

/**
 * The body of a streamed answer. `next` is asked for a piece only when the caller has room for it, so a caller who does
 * not read stops its provider too; undefined ends the body. A rejection cuts the connection and is told to nobody: what
 * went wrong is for `next` to report. `left` is called once if the caller is gone before the end, at once, whether or not
 * a piece is awaited, or if it has not read for too long.
 *
 * Of Bun's bodies only this one does all that: `type: "direct"` has no back-pressure, `type: "bytes"` takes the
 * pieces' memory away from those who still look at them, and a generator is not told that its caller left while it waits.
 */
export function pulledBody(
  next: () => Promise<Uint8Array<ArrayBuffer> | undefined>,
  left: () => void,
  { unreadMs = 300_000, vigil = patience }: PulledBodyOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let out: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  let open = true;
  const close = (): void => {
    open = false;
    watch.leave();
  };
  const breakOff = (): void => {
    if (!open) return;
    close();
    // Without a reason: Bun prints one to standard error, unscrubbed and past the log.
    out?.error();
  };
  const watch = vigil.watch(unreadMs, () => {
    breakOff();
    left();
  });
  const give = (piece: Uint8Array<ArrayBuffer> | undefined): void => {
    if (!open || out === undefined) return;
    if (piece === undefined) {
      close();
      out.close();
      return;
    }
    watch.wait();
    out.enqueue(piece);
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        out = controller;
        watch.rest();
        return next().then(give, breakOff);
      },
      cancel() {
        if (!open) return;
        close();
        left();
      },
    },
    { highWaterMark: 0 },
  );
}

const patience = openVigil(systemClock, 1000);
