import { systemClock } from '../../src/platform/clock.ts';
import { bunHttpClient } from '../../src/platform/http-client.ts';

/** Makes so many calls at once to a slow provider, and prints how many were answered. A process of its own for its test. */
const [url = '', calls = '0'] = process.argv.slice(2);
const http = bunHttpClient({ clock: systemClock });
const { signal } = new AbortController();
const sizes = await Promise.all(
  Array.from({ length: Number(calls) }, async () => {
    const answer = await http.send({ method: 'GET', url, headers: {}, signal });
    return (await answer.bytes(1000)).length;
  }),
);
console.log(JSON.stringify({ answered: sizes.filter((size) => size === 2).length }));
