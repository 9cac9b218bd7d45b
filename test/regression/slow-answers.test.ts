import { describe, expect, test } from 'bun:test';
import { resolve } from 'node:path';
import { asFailure } from '../../src/core/failure.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { bunHttpClient } from '../../src/platform/http-client.ts';
import { bunHttpServer } from '../../src/platform/http-server.ts';
import { pulledBody } from '../../src/platform/response-stream.ts';
import { bareProxy, silentLog } from './bare-proxy.ts';
import { chunk, rawUpstream, streamEnd, streamHead, whole } from './raw-upstream.ts';

const root = resolve(import.meta.dir, '../..');
const utf8 = new TextEncoder();

describe.concurrent('slow answers', () => {
  test('a thousand calls are in flight together when bin/bun starts the process', async () => {
    const { answered, together } = await callsFrom([resolve(root, 'bin/bun')], { ...thousand, thinkMs: 60_000 });
    expect({ answered, together }).toEqual({ answered: 1000, together: 1000 });
  }, 120_000);

  test('without the launcher the same calls wait for each other, which is why there is one', async () => {
    const { answered, together } = await callsFrom([process.execPath], { ...thousand, thinkMs: 2_000 });
    expect({ answered, together }).toEqual({ answered: 1000, together: 256 });
  }, 120_000);

  test('neither the time-out nor the chatter of fetch can be set from outside', async () => {
    const outside = { BUN_CONFIG_HTTP_IDLE_TIMEOUT: '1', BUN_CONFIG_VERBOSE_FETCH: 'curl' };
    const { answered, said } = await callsFrom([process.execPath], {
      calls: 1,
      thinkMs: 9500,
      gathers: false,
      outside,
    });
    expect({ answered, said }).toEqual({ answered: 1, said: '' });
  }, 20_000);

  test('an answer that is silent for 11 s before its head, and one in its middle, arrive whole', async () => {
    const listener = await bunHttpServer(silentLog).listen(
      { hostname: '127.0.0.1', port: 0, maxBodyBytes: 1000 },
      async ({ url }) => {
        if (url.endsWith('/head')) await Bun.sleep(11_000);
        const pieces = ['one ', 'two'];
        const next = async () => {
          const piece = pieces.shift();
          if (piece === 'two' && url.endsWith('/middle')) await Bun.sleep(11_000);
          return piece === undefined ? undefined : utf8.encode(piece);
        };
        return new Response(pulledBody(next, () => undefined));
      },
    );
    const ask = async (path: string) => (await fetch(listener.url + path)).text();
    expect(await Promise.all([ask('/head'), ask('/middle')])).toEqual(['one two', 'one two']);
    await listener.close(0);
  }, 20_000);

  test('a provider that is silent before its head is given up after its time', async () => {
    const upstream = await rawUpstream(() => undefined);
    const http = bunHttpClient({ clock: systemClock, headTimeoutMs: 200 });
    const failure = await http.send(get(upstream.url)).then(() => undefined, asFailure);
    expect(failure?.kind).toBe('provider-timeout');
    expect(failure?.message).toContain(new URL(upstream.url).host);
    expect(await upstream.emptied(1000)).toBe(true);
    upstream.close();
  });

  test('a provider that falls silent in its answer is given up after its time', async () => {
    const upstream = await rawUpstream(({ socket }) => socket.write(streamHead + chunk('data: one\n\n')));
    const http = bunHttpClient({ clock: systemClock, idleTimeoutMs: 200 });
    const pieces = (await http.send(get(upstream.url))).pieces();
    expect(new TextDecoder().decode(await pieces.read())).toBe('data: one\n\n');
    const failures = [await pieces.read().catch(asFailure), await pieces.read().catch(asFailure)];
    expect(failures.map((failure) => failure instanceof Error && failure.kind)).toEqual([
      'provider-timeout',
      'provider-timeout',
    ]);
    expect(await upstream.emptied(1000)).toBe(true);
    upstream.close();
  });

  test('a steady stream may last longer than the time for one silence', async () => {
    const upstream = await rawUpstream(async ({ socket }) => {
      socket.write(streamHead);
      for (let index = 0; index < 12; index += 1) {
        socket.write(chunk(`data: ${index}\n\n`));
        await Bun.sleep(60);
      }
      socket.end(streamEnd);
    });
    const proxy = await bareProxy(bunHttpClient({ clock: systemClock, idleTimeoutMs: 300 }), upstream.url);
    expect(await (await fetch(proxy.url)).text()).toEndWith('data: 11\n\n');
    await proxy.close(0);
    upstream.close();
  });
});

interface Calls {
  readonly calls: number;
  /** How long the provider thinks over them, or until all have come, if `gathers`. */
  readonly thinkMs: number;
  readonly gathers: boolean;
  /** Environment of the process that calls. */
  readonly outside: Readonly<Record<string, string>>;
}

const thousand = { calls: 1000, gathers: true, outside: {} } as const;

interface Called {
  readonly answered: number;
  /** The most that the provider had before it at one time. */
  readonly together: number;
  /** What the process wrote to standard error. */
  readonly said: string;
}

/** Calls, all at once, from a process of its own. */
async function callsFrom(runtime: readonly string[], { calls, thinkMs, gathers, outside }: Calls): Promise<Called> {
  const thought = Promise.withResolvers<void>();
  let waiting = 0;
  let together = 0;
  const upstream = await rawUpstream(({ socket }) => {
    if (waiting === 0) setTimeout(thought.resolve, thinkMs);
    waiting += 1;
    together = Math.max(together, waiting);
    if (gathers && waiting === calls) thought.resolve();
    void thought.promise.then(() => {
      waiting -= 1;
      socket.write(whole('ok'));
    });
  });
  const { BUN_CONFIG_MAX_HTTP_REQUESTS: _, ...env } = process.env;
  const child = Bun.spawn([...runtime, resolve(import.meta.dir, 'many-calls.ts'), upstream.url, String(calls)], {
    env: { ...env, ...outside },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed, said] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  upstream.close();
  return { ...JSON.parse(printed), together, said };
}

function get(url: string) {
  return { method: 'GET', url, headers: {}, signal: new AbortController().signal } as const;
}
