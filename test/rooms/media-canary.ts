import { asFailure } from '../../src/core/failure.ts';
import type { Media } from '../../src/core/ports.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { type GuardedMediaOptions, guardedMedia } from '../../src/platform/guarded-media.ts';
import { type RawRequest, type RawUpstream, rawUpstream } from '../regression/raw-upstream.ts';

const opened: RawUpstream[] = [];

export function closeAll(): void {
  for (const upstream of opened.splice(0)) upstream.close();
}

/** A listener on 127.0.0.1; `heard` are the requests' first lines and headers. */
export async function canary(answer: (request: RawRequest) => void = ({ socket }) => void socket.end(image())) {
  const heard: string[] = [];
  const upstream = await rawUpstream((request) => {
    heard.push(request.text);
    answer(request);
  });
  opened.push(upstream);
  const { port } = new URL(upstream.url);
  return { ...upstream, heard, port: Number(port), at: (path: string) => `http://files.example:${port}${path}` };
}

export const png = `\x89PNG\r\n\x1a\n\0\0\0\rIHDR${'\0'.repeat(40)}`;

export function image(headers = 'content-type: image/png\r\n', body = png): Buffer {
  return Buffer.from(`HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`, 'latin1');
}

export function moved(location: string, status = 302): string {
  return `HTTP/1.1 ${status} Moved\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`;
}

/** A network in which this machine's loopback is a public place, and every name is there. */
export function asIfPublic(port: number, options: Partial<GuardedMediaOptions> = {}) {
  return guardedMedia({
    clock: systemClock,
    timeoutMs: 5_000,
    resolve: async () => ['127.0.0.1'],
    isPublic: (address) => address === '127.0.0.1',
    ports: [port],
    ...options,
  });
}

const unaborted = new AbortController().signal;

export const wanted = { kind: 'image', signal: unaborted } as const;

export async function outcome(fetching: Promise<Media>): Promise<string> {
  return await fetching.then(
    ({ mediaType, bytes }) => `${mediaType} of ${bytes.length} bytes`,
    (thrown) => {
      const { kind, message } = asFailure(thrown);
      return kind === 'request-invalid' ? message.replace(/:\d{4,5}/g, '') : `${kind}: ${message}`;
    },
  );
}

export const cannot = 'The image at files.example cannot be fetched:';
