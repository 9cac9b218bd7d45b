import type { Bench, OpenNamed } from './contract.ts';
import { hardStrings } from './contract-examples.ts';
import type { KeptAnswer } from './store.ts';

const answer: KeptAnswer = {
  organisationId: 'org_1',
  actor: 'key_1',
  idempotencyKey: 'one',
  digest: 'digest-1',
  at: 1_000,
};
const bounds = { before: 0, most: 100 };

/** What every engine promises of answers that may be asked for again. */
export function answersContract({ test, expect }: Bench, open: OpenNamed): void {
  test('an answer is found by who asked and under which name, after a restart too', async () => {
    const given = { ...answer, sealed: 'v1.sealed' };
    const others = [
      { ...answer, organisationId: 'org_2' },
      { ...answer, actor: 'key_2' },
      ...hardStrings.map((idempotencyKey) => ({ ...answer, idempotencyKey })),
    ];
    const before = await open('answers');
    for (const one of [answer, ...others, given]) await before.answers.save(one, bounds);
    await before.close();
    const store = await open('answers');
    expect(await store.answers.find(answer)).toEqual(given);
    for (const one of others) expect(await store.answers.find(one)).toEqual(one);
    expect(await store.answers.find({ ...answer, actor: "key_1' or '1'='1" })).toBeUndefined();
    await store.answers.remove(answer);
    await store.answers.remove(answer);
    expect(await store.answers.all()).toEqual(others);
    await store.close();
  });

  test('answers go by their age, and the oldest of an organisation give way to new ones', async () => {
    const store = await open('answers-bounded');
    const save = (idempotencyKey: string, at: number, organisationId = 'org_1') =>
      store.answers.save({ ...answer, idempotencyKey, at, organisationId }, { before: 10, most: 3 });
    await save('old', 10);
    await save('foreign', 11, 'org_2');
    for (const at of [11, 12, 13, 14]) await save(String(at), at);
    await save('12', 12);
    expect((await store.answers.all()).map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      'foreign',
      '12',
      '13',
      '14',
    ]);
    await store.close();
  });
}
