import { expect, test } from 'bun:test';
import type { FetchMedia, WantedMedia } from '../../core/ports.ts';
import { fetchedOnce } from './fetched-once.ts';

const image: WantedMedia = { kind: 'image', signal: new AbortController().signal };

function network(fails = 0): { readonly asked: string[]; readonly fetchMedia: FetchMedia } {
  const asked: string[] = [];
  return {
    asked,
    fetchMedia: async (url, { kind }) => {
      asked.push(`${kind} ${url}`);
      if (asked.length <= fails) throw new Error('unreachable');
      return { mediaType: 'image/png', bytes: new Uint8Array([asked.length]) };
    },
  };
}

test('a medium is brought once for a request, however often that is sent', async () => {
  const { asked, fetchMedia } = network();
  const request = {};
  const first = await fetchedOnce(request, fetchMedia)('https://a.example', image);
  expect(await fetchedOnce(request, fetchMedia)('https://a.example', image)).toBe(first);
  await fetchedOnce(request, fetchMedia)('https://a.example', { ...image, kind: 'file' });
  await fetchedOnce({}, fetchMedia)('https://a.example', image);
  expect(asked).toEqual(['image https://a.example', 'file https://a.example', 'image https://a.example']);
});

test('one that could not be brought is tried again', async () => {
  const { asked, fetchMedia } = network(1);
  const fetch = fetchedOnce({}, fetchMedia);
  await expect(fetch('https://a.example', image)).rejects.toThrow('unreachable');
  expect((await fetch('https://a.example', image)).bytes).toEqual(new Uint8Array([2]));
  expect(asked).toHaveLength(2);
});
