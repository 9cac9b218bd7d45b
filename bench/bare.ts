/**
 * The least that a proxy on this runtime can be: no keys, no metering, no ledger. What it costs is the runtime's share;
 * what Trestle costs above it is ours. Usage: bare.ts PORT UPSTREAM_PORT
 */
const [port, upstreamPort] = process.argv.slice(2).map(Number);
const upstream = `http://127.0.0.1:${upstreamPort}`;

Bun.serve({
  hostname: '127.0.0.1',
  port: port ?? 0,
  idleTimeout: 0,
  maxRequestBodySize: 64 * 1024 * 1024,
  fetch: forward,
});

async function forward(request: Request): Promise<Response> {
  const path = request.url.slice(request.url.indexOf('/', 8));
  if (path === '/readyz') return new Response('ok');
  const answer = await fetch(upstream + path, {
    method: request.method,
    headers: {
      'content-type': request.headers.get('content-type') ?? 'application/json',
      authorization: request.headers.get('authorization') ?? '',
    },
    body: await request.bytes(),
    redirect: 'manual',
    decompress: false,
    signal: request.signal,
  });
  const type = answer.headers.get('content-type') ?? 'application/json';
  const head = { status: answer.status, headers: { 'content-type': type } };
  if (!type.startsWith('text/event-stream')) return new Response(await answer.bytes(), head);
  return new Response(onDemand(answer.body), head);
}

/** Pulled, not pushed: only so does a reader that stops hold back its upstream. */
function onDemand(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
): ReadableStream<Uint8Array<ArrayBuffer>> | null {
  const reader = body?.getReader();
  if (reader === undefined) return null;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value);
    },
    cancel: () => reader.cancel(),
  });
}

export {};
