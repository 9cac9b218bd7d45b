import { expect, test } from 'bun:test';
import { handClock } from '../../test/fakes/hand-clock.ts';
import { openConnections } from './connections.ts';

test('a connection is lent again once its answer was read, the last one first, and only for its origin', () => {
  const connections = openConnections(handClock(), 1000);
  const [one, two] = [connections.take('http://a'), connections.take('http://a')];
  expect([one.used, two.used, one.session === two.session]).toEqual([false, false, false]);
  connections.giveBack(one);
  connections.giveBack(two);
  expect(connections.take('http://b').used).toBe(false);
  expect(connections.take('http://a')).toEqual({ ...two, used: true });
  expect(connections.take('http://a')).toEqual({ ...one, used: true });
  expect(connections.take('http://a').used).toBe(false);
});

test('a connection that was idle for too long is not lent again', async () => {
  const clock = handClock();
  const connections = openConnections(clock, 1000);
  connections.giveBack(connections.take('http://a'));
  await clock.advance(1000);
  const kept = connections.take('http://a');
  expect(kept.used).toBe(true);
  connections.giveBack(kept);
  await clock.advance(1001);
  expect(connections.take('http://a').used).toBe(false);
});
