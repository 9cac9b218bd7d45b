import { connect } from 'node:net';
import { bytesOf } from './step.ts';

/** What came back over a connection of one's own. */
export interface Received {
  /** Decoded as Latin-1: one character a byte. */
  readonly text: string;
  /** Who ended it: the server in good order, by a reset, or this client when `patienceMs` was over. */
  readonly ending: 'closed' | 'reset' | 'patience';
}

const patienceSteps = 4;

/** Sends these bytes to a server and listens, for no longer than `patienceMs` after the last byte came. */
export function exchange(url: string, request: string | Uint8Array, patienceMs = 60): Promise<Received> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const socket = connect(Number(port), hostname, () => void socket.write(bytesOf(request)));
    const finish = (ending: Received['ending']): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, ending });
    };
    // In steps: on a busy machine a timer may be called before bytes that came earlier.
    const wait = (steps: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => (steps === 0 ? finish('patience') : wait(steps - 1)), patienceMs / (patienceSteps + 1));
    };
    wait(patienceSteps);
    socket.on('data', (bytes) => {
      text += Buffer.from(bytes).toString('latin1');
      wait(patienceSteps);
    });
    socket.on('end', () => finish('closed'));
    socket.on('error', () => finish('reset'));
  });
}

/** A chat completion request as it stands on the wire. */
export function posted(body: object, path = '/v1/chat/completions'): string {
  const text = JSON.stringify(body);
  const length = new TextEncoder().encode(text).length;
  return `POST ${path} HTTP/1.1\r\nHost: upstream\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${text}`;
}
