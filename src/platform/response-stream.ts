/**
 * The body of a streamed answer. `next` is asked for a piece only when the caller has room for it, so a caller who does
 * not read stops its provider too; undefined ends the body. A rejection cuts the connection and is told to nobody: what
 * went wrong is for `next` to report. `left` is called once if the caller is gone before the end, at once, whether or not
 * a piece is awaited.
 *
 * Of Bun's bodies only this one does all that: `type: "direct"` has no back-pressure, `type: "bytes"` takes the
 * pieces' memory away from those who still look at them, and a generator is not told that its caller left while it waits.
 */
export function pulledBody(
  next: () => Promise<Uint8Array<ArrayBuffer> | undefined>,
  left: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let open = true;
  let out: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  const give = (piece: Uint8Array<ArrayBuffer> | undefined): void => {
    if (!open || out === undefined) return;
    if (piece !== undefined) return out.enqueue(piece);
    open = false;
    out.close();
  };
  const breakOff = (): void => {
    if (!open) return;
    open = false;
    out?.error(cut);
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        out = controller;
        return next().then(give, breakOff);
      },
      cancel() {
        if (!open) return;
        open = false;
        left();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Bun prints what ends a stream before its first write, so it is never the reason itself. */
const cut = new Error('an answer was cut');
