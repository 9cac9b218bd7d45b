import { expect, test } from 'bun:test';
import { openDesk } from './desk.ts';

const answer = { digest: 'd', status: 201, body: '{}' };

test('changes are made one after the other, and one that fails holds up no other', async () => {
  const desk = openDesk({ now: () => 0 });
  const order: string[] = [];
  const slow = desk.inTurn(async () => {
    order.push('first begins');
    await Promise.resolve();
    await Promise.resolve();
    order.push('first ends');
    throw new Error('no');
  });
  const next = desk.inTurn(async () => order.push('second'));
  await expect(slow).rejects.toThrow('no');
  await next;
  expect(order).toEqual(['first begins', 'first ends', 'second']);
});

test('an answer is given again for a day', () => {
  let now = 0;
  const desk = openDesk({ now: () => now });
  desk.keep('key_1 a', answer);
  now = 86_399_999;
  expect(desk.given('key_1 a')).toMatchObject(answer);
  expect(desk.given('key_2 a')).toBeUndefined();
  now = 86_400_000;
  expect(desk.given('key_1 a')).toBeUndefined();
});

test('of ten thousand answers the oldest gives way to a new one', () => {
  const desk = openDesk({ now: () => 0 });
  for (let n = 0; n <= 10_000; n += 1) desk.keep(`key_1 ${n}`, answer);
  expect([desk.given('key_1 0'), desk.given('key_1 1') === undefined]).toEqual([undefined, false]);
});
