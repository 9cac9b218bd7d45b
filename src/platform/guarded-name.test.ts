import { expect, test } from 'bun:test';
import { isPrivateName } from './guarded-name.ts';

test('a name is private without a dot, under a private domain or as the door of a metadata service', () => {
  const names = [
    'redis',
    'localhost',
    'a.localhost',
    'db.internal',
    'x.home.arpa',
    'metadata.goog',
    'a.metadata.goog',
    'metadata.azure.com',
  ];
  expect(names.filter((name) => !isPrivateName(name))).toEqual([]);
});

test('other names and addresses are not', () => {
  const names = [
    'files.example',
    'localhost.example',
    'internal.example',
    'notmetadata.goog',
    'metadata.goog.example',
    '127.0.0.1',
    '::1',
  ];
  expect(names.filter((name) => isPrivateName(name))).toEqual([]);
});
