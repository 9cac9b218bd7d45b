import { expect, test } from 'bun:test';
import { readFlags } from './flags.ts';
import { ConfigurationError } from './problems.ts';

function mistakes(...words: readonly string[]): readonly string[] {
  try {
    readFlags(words);
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) return thrown.problems.map(({ key, sentence }) => `${key}: ${sentence}`);
    throw thrown;
  }
  return [];
}

test('flags are read with a space or an equals sign', () => {
  expect(readFlags([])).toEqual({});
  expect(readFlags(['--listen', '[::1]:0', '--data=/a=b', '--admin-listen=127.0.0.1:1', '--config', 'x.yaml'])).toEqual(
    {
      listen: '[::1]:0',
      data: '/a=b',
      adminListen: '127.0.0.1:1',
      config: 'x.yaml',
    },
  );
});

test('what is no flag, has no value or comes twice is refused, all of it at once', () => {
  expect(mistakes('--lisen', '--data', '--config=', 'start', '--listen=a:1', '--listen=b:2')).toEqual([
    '--lisen: there is no such flag; did you mean --listen? There are --config, --data, --listen, --admin-listen.',
    '--data: a value is missing after it.',
    '--config: a value is missing after it.',
    'start: there is no such flag. There are --config, --data, --listen, --admin-listen.',
    '--listen: it is given twice; give it once.',
  ]);
});
