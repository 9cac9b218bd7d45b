import { expect, test } from 'bun:test';
import { readOptions } from './options.ts';
import { fullSize, quickSize, scenarioNames } from './scenarios.ts';

test('without options everything is measured, on all but the bare proxy', () => {
  expect(readOptions([])).toEqual({
    size: fullSize,
    only: scenarioNames,
    targets: ['direct', 'nginx', 'trestle'],
    output: 'markdown',
  });
});

test('options combine in any order', () => {
  expect(readOptions(['--rounds', '2', '--only', 'big,whole', '--bare', '--json', '--quick'])).toEqual({
    size: { ...quickSize, rounds: 2 },
    only: ['whole', 'big'],
    targets: ['direct', 'nginx', 'bare', 'trestle'],
    output: 'json',
  });
});

test('a word it does not know is refused by name', () => {
  expect(() => readOptions(['--fast'])).toThrow("bench does not know '--fast'");
  expect(() => readOptions(['--only', 'whol'])).toThrow("'whol' is none of start, memory, whole");
  expect(() => readOptions(['--rounds', '0'])).toThrow('--rounds takes a whole number');
});
