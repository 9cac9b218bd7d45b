import { expect, test } from 'bun:test';
import { fakeTools } from '../../test/fakes/tools.ts';
import { procedures } from '../management/index.ts';
import { fieldsOf } from './fields.ts';
import { nouns } from './managed.ts';
import { nounSummaries } from './nouns.ts';
import { commandOf, ownFlags } from './question.ts';
import { run } from './run.ts';
import { serverFlags } from './server.ts';

test('help names every noun that can be managed', () => {
  expect(Object.keys(nounSummaries).toSorted()).toEqual([...nouns()].toSorted());
});

test('every procedure is a command with help of its own', async () => {
  for (const { name, summary } of procedures) {
    const { tools, said } = fakeTools();
    expect(await run(tools, [...commandOf(name).split(' '), '--help'])).toBe(0);
    expect(said[0]).toStartWith(`trestle ${commandOf(name)}`);
    expect(said[0]).toContain(summary);
  }
});

test('no field of a procedure hides a flag of ours', () => {
  const own = [...Object.keys(ownFlags), ...serverFlags, 'help'];
  const hidden = procedures.flatMap(({ name, path, input }) =>
    fieldsOf({ path, input }).flags.flatMap(({ flag }) => (own.includes(flag) ? [`${name} ${flag}`] : [])),
  );
  expect(hidden).toEqual([]);
});

test('help says the same of a command as the command itself', async () => {
  for (const words of [
    ['chat'],
    ['keys'],
    ['keys', 'create'],
    ['config', 'check'],
    ['import'],
    ['doctor'],
    ['completion'],
  ]) {
    const [asked, told] = [fakeTools(), fakeTools()];
    expect(await run(asked.tools, ['help', ...words])).toBe(0);
    expect(await run(told.tools, [...words, '--help'])).toBe(0);
    expect(asked.said).toEqual(told.said);
  }
});

test('a word that is no command suggests the nearest', async () => {
  const cases = [
    ['kyes', 'there is no command "kyes"; did you mean keys? `trestle help` lists them.'],
    ['docter', 'there is no command "docter"; did you mean doctor? `trestle help` lists them.'],
    ['xyzzyx', 'there is no command "xyzzyx"; `trestle help` lists them.'],
    ['__proto__', 'there is no command "__proto__"; `trestle help` lists them.'],
  ] as const;
  for (const [word, sentence] of cases) {
    const { tools, complaints } = fakeTools();
    expect(await run(tools, [word])).toBe(2);
    expect(complaints).toEqual([`trestle: ${sentence}`]);
  }
});

test('a flag that is not known suggests the nearest', async () => {
  const { tools, complaints } = fakeTools();
  expect(await run(tools, ['embed', '--modle', 'x', 'y'])).toBe(2);
  expect(complaints[0]).toStartWith('trestle: there is no flag --modle; did you mean --model?');
});
