import { expect, test } from 'bun:test';
import { Failure } from '../core/failure.ts';
import type { LogFields } from '../core/ports.ts';
import { openLog } from './log.ts';

const everyField = {
  requestId: 'req_1',
  provider: 'openai',
  model: 'gpt',
  kind: 'provider-failed',
  status: 502,
  ms: 1.5,
  count: 3,
  address: '127.0.0.1:1',
  path: '/v1',
} satisfies LogFields;

test('for machines a line is one JSON object with its fields, and nothing that is not on the list', () => {
  const extra = { ...everyField, prompt: 'my secret wish', headers: { authorization: 'x' } };
  const [line = ''] = written((log) => log.info('answered', extra));
  expect(JSON.parse(line)).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    level: 'info',
    message: 'answered',
    ...everyField,
  });
});

test('for people a line is short', () => {
  const [line] = written((log) => log.warn('slow', { provider: 'openai', ms: 12 }), { tty: true });
  expect(line).toMatch(/^\d\d:\d\d:\d\d warn {2}slow provider=openai ms=12\n$/);
});

test('what is less grave than the level is not written', () => {
  const lines = written(
    (log) => {
      log.debug('a');
      log.info('b');
      log.warn('c');
      log.error('d');
    },
    { level: 'warn' },
  );
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(['c', 'd']);
});

test('a cause is written as name, message and stack, with what is below it', () => {
  const below = new TypeError('the disk is full');
  const cause = new Failure('gateway-storage-failed', 'It could not be written.', { cause: below });
  const [line = ''] = written((log) => log.error('failed', { cause }));
  expect(JSON.parse(line).cause).toEqual({
    name: 'Failure',
    message: 'It could not be written.',
    stack: expect.stringContaining('log.test.ts'),
    cause: { name: 'TypeError', message: 'the disk is full', stack: expect.any(String) },
  });
  expect(JSON.parse(written((log) => log.error('odd', { cause: 'text' }))[0] ?? '').cause).toEqual({
    name: 'string',
    message: 'text',
  });
});

const odd = 'a\nb\rc\u0000d\u001b[31me\u0085f\u2028g\u2029h\u202ei\u007fj';
test.each([true, false])('a message is one line of printable characters, whatever it holds (tty: %p)', (tty) => {
  const cause = Object.assign(new Error(odd), { stack: `Error: ${odd}\n    at x` });
  const lines = written((log) => log.error(odd, { model: odd, cause }), { tty });
  for (const line of lines) expect(line).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\u202e]+\n$/u);
  if (!tty) expect(JSON.parse(lines[0] ?? '').message).toBe(odd);
});

test('a text without end is cut', () => {
  const [line = ''] = written((log) => log.info('x'.repeat(1_000_000)));
  expect(line.length).toBeLessThan(5000);
});

test('lines that nobody takes are dropped, not gathered, and their number is told when the way is free', () => {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  const log = openLog({
    level: 'info',
    tty: false,
    sink: (line, done) => {
      lines.push(line);
      waiting.push(done);
    },
  });
  for (let index = 0; index < 5000; index += 1) log.info('x'.repeat(3000));
  const taken = lines.length;
  expect(taken).toBeLessThan(1500);
  for (const done of waiting.splice(0)) done();
  log.info('after');
  expect(lines.slice(taken).map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'warn', count: 5000 - taken }),
    expect.objectContaining({ message: 'after' }),
  ]);
});

test.each(['head -c 1', 'true'])(
  'a standard output that is closed ends nothing and blocks nothing (| %s)',
  async (reader) => {
    const script = `
    import { openLog } from '${import.meta.dir}/log.ts';
    const log = openLog({ level: 'info', tty: false });
    for (let index = 0; index < 50; index += 1) {
      log.info('x'.repeat(2000));
      await Bun.sleep(2);
    }
    await Bun.write(Bun.stderr, 'alive');
  `;
    const child = Bun.spawn(['sh', '-c', `"${process.execPath}" -e "$SCRIPT" | ${reader} >/dev/null`], {
      env: { ...process.env, SCRIPT: script },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    expect(await child.stderr.text()).toBe('alive');
  },
);

function written(
  act: (log: ReturnType<typeof openLog>) => void,
  options: Partial<Parameters<typeof openLog>[0]> = {},
): readonly string[] {
  const lines: string[] = [];
  act(
    openLog({
      level: 'debug',
      tty: false,
      sink: (line, done) => {
        lines.push(line);
        done();
      },
      ...options,
    }),
  );
  return lines;
}
