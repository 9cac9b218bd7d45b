import { expect, test } from 'bun:test';
import { behaviourOf } from './behaviour.ts';

const read = (query: string, header = ''): unknown =>
  behaviourOf([
    { query, param: 'model' },
    { query: header, param: 'x-trestle-sandbox' },
  ]);

test('parameters are read from the model name and the header together', () => {
  expect(read('ttft_ms=200&tokens_per_second=50.5&fail=429&fail_rate=0.3', 'cut_after=10&stall_after=5')).toEqual({
    ttftMs: 200,
    tokensPerSecond: 50.5,
    fail: 429,
    failRate: 0.3,
    cutAfter: 10,
    stallAfter: 5,
  });
  expect(read('')).toEqual({});
});

test('an unknown parameter is refused by name, with those that there are', () => {
  expect(() => read('ttfb_ms=3')).toThrow(
    /'ttfb_ms' is no sandbox parameter; known ones are: ttft_ms, tokens_per_second, .*garbage\./,
  );
});

test.each([
  ['fail=200', "'fail' takes a whole number from 400 to 599, not '200'"],
  ['fail=429.5', "'fail' takes a whole number"],
  ['fail_rate=1.1&fail=500', "'fail_rate' takes a number from 0 to 1, not '1.1'"],
  ['ttft_ms=-1', "'ttft_ms' takes a number"],
  ['ttft_ms=', "'ttft_ms' takes a number"],
  ['tokens_per_second=0', "'tokens_per_second' takes a number from 0.001"],
  ['html=yes', "'html' takes a whole number from 0 to 1"],
  ['cut_after=1e3', "'cut_after' takes a whole number"],
  ['fail=500&fail=400', "'fail' is given twice"],
  ['fail_rate=0.5', "add 'fail=<status>'"],
])('%s is refused and says what is wrong', (query, words) => {
  expect(() => read(query)).toThrow(words);
});

test('what the model name says already is not said again in the header', () => {
  expect(() => read('fail=500', 'fail=500')).toThrow("'fail' is given twice");
});
