import { Failure } from '../../src/core/failure.ts';
import type { HttpClient, Listener, Log } from '../../src/core/ports.ts';
import { bunHttpServer } from '../../src/platform/http-server.ts';
import { readBody } from '../../src/platform/read-body.ts';
import { pulledBody } from '../../src/platform/response-stream.ts';

/** Nothing but the platform's parts between a caller and a provider: what they do together, without the house around them. */
export function bareProxy(http: HttpClient, upstream: string): Promise<Listener> {
  return bunHttpServer(silentLog).listen(
    { hostname: '127.0.0.1', port: 0, maxBodyBytes: 1_000_000 },
    async (request) => {
      const caller = new AbortController();
      const leave = (): void => caller.abort(new Failure('caller-gone', 'The caller closed the connection.'));
      request.signal.addEventListener('abort', leave, { once: true });
      try {
        const body = await readBody(request, 1_000_000);
        const method = body.length > 0 ? 'POST' : 'GET';
        const answer = await http.send({ method, url: upstream, headers: {}, body, signal: caller.signal });
        const pieces = answer.pieces();
        return new Response(
          pulledBody(() => pieces.read(), leave),
          { status: answer.status, headers: { 'content-type': 'text/event-stream' } },
        );
      } catch (thrown) {
        if (thrown instanceof Failure) return Response.json({ kind: thrown.kind }, { status: thrown.status });
        throw thrown;
      }
    },
  );
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
