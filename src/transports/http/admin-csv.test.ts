import { expect, test } from 'bun:test';
import type { Clock } from '../../core/ports.ts';
import { csvStream } from './admin-csv.ts';

const clock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  after(_ms, act) {
    act();
    return () => undefined;
  },
};

const page = (data: readonly object[], next: string | null = null): string =>
  JSON.stringify({ data, has_more: next !== null, next });

test('a table has the rows of every page under one head', async () => {
  const asked: string[] = [];
  const pages = [page([{ name: 'b', sum: { n: 2 } }], 'two'), page([{ name: 'c', sum: { n: 3 } }])];
  const next = async (after: string): Promise<string> => {
    asked.push(after);
    return pages.shift() ?? '';
  };
  const stream = csvStream(page([{ name: 'a', sum: { n: 1 } }], 'one'), { clock, next });
  expect(await new Response(stream).text()).toBe('name,sum.n\r\na,1\r\nb,2\r\nc,3\r\n');
  expect(asked).toEqual(['one', 'two']);
});

test('a page is asked for when what came before it is taken, and none once nobody takes any more', async () => {
  let asked = 0;
  const next = async (): Promise<string> => {
    asked += 1;
    return page([{ n: asked }], 'more');
  };
  const reader = csvStream(page([{ n: 0 }], 'more'), { clock, next }).getReader();
  const decoder = new TextDecoder();
  const taken: string[] = [];
  for (let n = 0; n < 3; n += 1) taken.push(decoder.decode((await reader.read()).value));
  expect(taken.join('')).toStartWith('n\r\n0\r\n1\r\n');
  await reader.cancel();
  const last = asked;
  await new Promise((resolve) => setImmediate(resolve));
  expect({ last: last <= 4, asked }).toEqual({ last: true, asked: last });
});

test('without a way on it is the table of one page, and what is empty has no head', async () => {
  expect(await new Response(csvStream(page([{ n: 1 }], 'more'), { clock, next: undefined })).text()).toBe('n\r\n1\r\n');
  expect(await new Response(csvStream(page([]), { clock, next: undefined })).text()).toBe('');
});

test('a page that fails breaks the table off, so that nobody takes it for whole', async () => {
  const stream = csvStream(page([{ n: 1 }], 'more'), { clock, next: () => Promise.reject(new Error('no disk')) });
  await expect(new Response(stream).text()).rejects.toThrow('no disk');
});
