import { expect, test } from 'bun:test';
import { parseOpenPlace } from './open-place.ts';

test('names, addresses and ranges are read, each with a port or without', () => {
  const read = {
    'files.internal': { host: 'files.internal' },
    'Files.Internal:8443': { host: 'files.internal', port: 8443 },
    minio: { host: 'minio' },
    '3com.example': { host: '3com.example' },
    '10.0.0.0/8': { address: '10.0.0.0', prefix: 8 },
    '10.0.0.0/8:9000': { address: '10.0.0.0', prefix: 8, port: 9000 },
    '127.0.0.1': { address: '127.0.0.1', prefix: 32 },
    '127.0.0.1:65535': { address: '127.0.0.1', prefix: 32, port: 65_535 },
    'fd00::/8': { address: 'fd00::', prefix: 8 },
    'FD00:0::1': { address: 'fd00::1', prefix: 128 },
    '[fd00::1]:9000': { address: 'fd00::1', prefix: 128, port: 9000 },
    '[fd00::/8]:9000': { address: 'fd00::', prefix: 8, port: 9000 },
    '[::1]': { address: '::1', prefix: 128 },
  };
  expect(Object.fromEntries(Object.keys(read).map((text) => [text, parseOpenPlace(text)]))).toEqual(read);
});

test('what could mean more, less or nothing is not', () => {
  const wrong = [
    [
      '',
      '*',
      '*.internal',
      '.internal',
      'files.internal.',
      'a..b',
      '-a',
      'http://files.internal',
      'files.internal/x',
      'a b',
      'a@b',
    ],
    [
      '0.0.0.0/0',
      '10.0.0.0/7',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/a',
      '10.0.0',
      '010.0.0.1',
      '256.0.0.1',
      '1',
      '0x7f.1',
      '1.2.3.4.5',
    ],
    [
      'files.internal/8',
      'files.internal:0',
      'files.internal:65536',
      'files.internal:',
      ':80',
      '10.0.0.1:080',
      '10.0.0.1:80:80',
    ],
    [
      '::/0',
      'fc00::/6',
      'fd00::/129',
      'fd00::1%eth0',
      '[fd00::1',
      'fd00::1]:80',
      '[files.internal]',
      '[10.0.0.1]:80',
      'fd00:::1',
      '::g',
    ],
    [`${'a'.repeat(64)}.b`, `${'a.'.repeat(127)}bc`],
  ].flat();
  expect(wrong.filter((text) => parseOpenPlace(text) !== undefined)).toEqual([]);
});
