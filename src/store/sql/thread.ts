/** A thread that is told texts and answers. */
export interface Thread {
  post(text: string): void;
  stop(): void;
}

export interface Listeners<Said> {
  said(message: Said): void;
  /** It ended though nobody stopped it. Nothing is said afterwards. */
  died(cause: string): void;
}

/** Starts a script on a thread of its own, with a small heap. */
export function startThread<Said>(script: URL, listeners: Listeners<Said>): Thread {
  const worker = new Worker(script.href, { smol: true });
  let over = false;
  let cause = 'the thread ended';
  worker.addEventListener('message', (event: MessageEvent<Said>) => {
    if (!over) listeners.said(event.data);
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    cause = event.message;
  });
  worker.addEventListener('close', () => {
    if (over) return;
    over = true;
    listeners.died(cause);
  });
  return {
    post: (text) => worker.postMessage(text),
    stop() {
      over = true;
      worker.terminate();
    },
  };
}
