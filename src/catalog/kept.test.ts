import { expect, test } from 'bun:test';
import { fakeKept } from '../../test/fakes/kept.ts';
import { mistral } from '../providers/mistral.ts';
import { keptJumps } from './kept-jumps.ts';
import { keptLists } from './kept-lists.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const provider = { name: 'v', kind: mistral, baseUrl: 'http://v.invalid' };

test('a list is read again as it was kept, and what is no list is none', () => {
  const texts = new Map<string, string>();
  const list = {
    at: 7,
    models: [{ id: 'a', contextTokens: 5, tools: false, operations: ['chat' as const] }, { id: 'b' }],
  };
  keptLists(fakeKept(texts), silent).keep(provider, list);
  expect(keptLists(fakeKept(texts), silent).of(provider)).toEqual(list);
  for (const text of ['', '7', '[]', '{"v mistral http://v.invalid":7}', '{"v mistral http://v.invalid":{"at":"x"}}']) {
    for (const name of texts.keys()) texts.set(name, text);
    expect(keptLists(fakeKept(texts), silent).of(provider)).toBeUndefined();
  }
});

test('what cannot be written is told once it fails, and tried again with the next list', async () => {
  const warned: string[] = [];
  let isFull = true;
  const texts = new Map<string, string>();
  const kept = {
    ...fakeKept(texts),
    write: async (name: string, text: string) => {
      if (isFull) throw new Error('the disk is full');
      texts.set(name, text);
    },
  };
  const lists = keptLists(kept, { ...silent, warn: (message) => void warned.push(message) });
  lists.keep(provider, { at: 1, models: [] });
  await Bun.sleep(0);
  isFull = false;
  lists.keep(provider, { at: 2, models: [] });
  await Bun.sleep(0);
  expect(warned).toEqual(['the lists of models could not be kept for the next start']);
  expect(keptLists(fakeKept(texts), silent).of(provider)).toEqual({ at: 2, models: [] });
});

test('refused prices are known to later starts, until another list is taken up', async () => {
  const kept = fakeKept();
  const jumps = [{ provider: 'p', model: 'm', why: 'input would cost 9 pico-USD per token after 1' }];
  expect(await keptJumps(kept, undefined)).toEqual([]);
  expect(await keptJumps(kept, { jumps })).toEqual(jumps);
  expect(await keptJumps(kept, undefined)).toEqual(jumps);
  expect(await keptJumps(kept, { jumps: [] })).toEqual([]);
  expect(await keptJumps(kept, undefined)).toEqual([]);
});
