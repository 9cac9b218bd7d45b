import { describe, expect, test } from 'bun:test';
import { fakeVault } from '../../test/fakes/in-force.ts';
import { fakeStore } from '../../test/fakes/store.ts';
import { emptyMemory } from '../../test/fakes/store-memory.ts';
import { Failure } from '../core/failure.ts';
import { openDesk } from './desk.ts';
import { resealAnswers } from './given-answers.ts';

const name = { organisationId: 'org_1', actor: 'key_1', idempotencyKey: 'one' };
const asked = { ...name, digest: 'digest' };
const answer = { status: 201, body: '{"key":"tr-told-once"}', etag: '"e"' };
const unknown = { kind: 'resource-conflict', message: expect.stringContaining('what came of it is not known') };

/** A desk over what is remembered; opened again over the same, it is the desk after a restart. */
function desks() {
  const memory = emptyMemory();
  const vault = fakeVault();
  const time = { now: 0 };
  const store = fakeStore(memory);
  const open = (changes: Partial<typeof store.answers> = {}) =>
    openDesk({ clock: { now: () => time.now }, vault, answers: { ...store.answers, ...changes } });
  return { memory, vault, time, store, open };
}

test('changes are made one after the other, and one that fails holds up no other', async () => {
  const desk = desks().open();
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

describe('what is asked once', () => {
  test('is done once in a day, and answered the same after a restart', async () => {
    const { open, time } = desks();
    let done = 0;
    const act = async () => ({ ...answer, body: `{"times":${++done}}` });
    expect(await open().once(asked, act)).toEqual({ ...answer, body: '{"times":1}' });
    time.now = 86_399_999;
    expect(await open().once(asked, act)).toEqual({ ...answer, body: '{"times":1}', replayed: true });
    time.now = 86_400_000;
    expect(await open().once(asked, act)).toEqual({ ...answer, body: '{"times":2}' });
  });

  test.each([
    { ...asked, organisationId: 'org_2' },
    { ...asked, actor: 'key_2' },
    { ...asked, idempotencyKey: 'two' },
  ])('says nothing to %j', async (other) => {
    const desk = desks().open();
    await desk.once(asked, async () => answer);
    expect(await desk.once(other, async () => ({ ...answer, body: 'own' }))).toEqual({ ...answer, body: 'own' });
  });

  test('is not answered to another question, nor while it is being answered', async () => {
    const desk = desks().open();
    const { promise, resolve } = Promise.withResolvers<typeof answer>();
    const first = desk.once(asked, () => promise);
    const refusal = async (digest: string) => {
      const thrown = await desk.once({ ...asked, digest }, async () => answer).catch((failure) => failure);
      return thrown instanceof Failure ? [thrown.status, thrown.message.split(';')[0]] : thrown;
    };
    const other = [409, 'idempotency-key was used for another request in the last 24 hours'];
    expect([await refusal('digest'), await refusal('other')]).toEqual([
      [409, 'The request with this idempotency-key is being answered right now'],
      other,
    ]);
    resolve(answer);
    await first;
    expect(await refusal('other')).toEqual(other);
  });

  test('waits for its turn among other changes', async () => {
    const desk = desks().open();
    const order: string[] = [];
    const other = desk.inTurn(async () => {
      await Bun.sleep(0);
      order.push('other');
    });
    await desk.once(asked, async () => {
      order.push('once');
      return answer;
    });
    await other;
    expect(order).toEqual(['other', 'once']);
  });

  test('is not kept where the store could read it', async () => {
    const { open, memory } = desks();
    await open().once(asked, async () => answer);
    expect(JSON.stringify(memory)).not.toContain('tr-told-once');
  });

  test('is not done again if we ended in the midst of it', async () => {
    const { open } = desks();
    const half = open();
    void half.once(asked, () => new Promise(() => undefined));
    await Bun.sleep(0);
    await expect(open().once(asked, async () => answer)).rejects.toMatchObject(unknown);
  });

  test('may be asked again after a mistake of the caller, and not after a failure of ours', async () => {
    const desk = desks().open();
    const failing = (failure: Error) => desk.once(asked, () => Promise.reject(failure)).catch(() => undefined);
    await failing(new Failure('request-invalid', 'no'));
    await failing(new Failure('precondition-failed', 'no'));
    expect(await desk.once(asked, async () => answer)).toEqual(answer);
    const another = { ...asked, idempotencyKey: 'two' };
    await desk.once(another, () => Promise.reject(new Error('a bug'))).catch(() => undefined);
    await expect(desk.once(another, async () => answer)).rejects.toMatchObject(unknown);
  });

  test('is answered even if the answer cannot be kept, and not done again', async () => {
    const { open, store } = desks();
    const desk = open({
      save: (one, bounds) => (one.sealed === undefined ? store.answers.save(one, bounds) : Promise.reject(new Error())),
    });
    expect(await desk.once(asked, async () => answer)).toEqual(answer);
    await expect(desk.once(asked, async () => answer)).rejects.toMatchObject(unknown);
  });

  test('is not begun if it cannot be written down', async () => {
    const desk = desks().open({ save: () => Promise.reject(new Failure('gateway-storage-failed', 'full')) });
    let done = 0;
    const act = async () => ({ ...answer, body: String(++done) });
    await expect(desk.once(asked, act)).rejects.toThrow('full');
    expect(done).toBe(0);
  });

  test('is answered again after the vault has another key and forgot the old one', async () => {
    const { open, store, vault } = desks();
    await open().once(asked, async () => answer);
    await vault.rotate();
    await resealAnswers(store.answers, vault);
    await vault.forgetOld();
    expect(await open().once(asked, async () => answer)).toEqual({ ...answer, replayed: true });
  });

  test('is as good as not known once its key is lost', async () => {
    const { open, store, vault } = desks();
    await open().once(asked, async () => answer);
    await vault.rotate();
    await vault.forgetOld();
    await resealAnswers(store.answers, vault);
    await expect(open().once(asked, async () => answer)).rejects.toMatchObject(unknown);
  });
});
