import { expect, test } from 'bun:test';
import { isForeign, isPublic, isWithin, ownAddresses } from './guarded-address.ts';

const edges = [
  ['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
  [
    '168.63.129.15',
    '168.63.129.17',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '191.255.255.255',
  ],
  ['192.0.1.0', '192.0.3.0', '192.88.98.255', '192.88.100.0', '192.167.255.255', '192.169.0.0', '198.17.255.255'],
  ['198.20.0.0', '198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255', '8.8.8.8'],
  ['2000::1', '2001:200::1', '2001:db7::1', '2001:db9::1', '2003::1', '2606:4700::1111', '3ffe::1', '3fff:1000::1'],
].flat();

test('what lies right beside a closed range is public', () => {
  expect(edges.filter((address) => !isPublic(address))).toEqual([]);
});

const closed = [
  [
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '127.0.0.0',
    '127.255.255.255',
  ],
  ['168.63.129.16', '169.254.0.0', '169.254.255.255', '172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255', '192.88.99.0', '192.88.99.255', '192.168.0.0', '192.168.255.255', '198.18.0.0'],
  ['198.19.255.255', '198.51.100.0', '198.51.100.255', '203.0.113.0', '203.0.113.255', '224.0.0.0', '255.255.255.255'],
  ['::', '::1', '::7f00:1', '::ffff:808:808', '64:ff9b::808:808', '64:ff9b:1::1', '100::1', '1fff:ffff::1', '2001::1'],
  ['2001:1ff:ffff::1', '2001:db8::1', '2001:db8:ffff::1', '2002::1', '2002:ffff::1', '3fff::1', '3fff:fff:ffff::1'],
  ['4000::1', '5f00::1', 'fc00::1', 'fdff::1', 'fe80::1', 'fec0::1', 'ff02::1', 'fe80::1%eth0', '2606:4700::1%eth0'],
  ['', 'localhost', '127.1', '8.8.8', '8.8.8.8/32', '[2606:4700::1111]', '08.8.8.8'],
].flat();

test('nothing from the first to the last address of a closed range is public, nor what is no address', () => {
  expect(closed.filter((address) => isPublic(address))).toEqual([]);
});

test('an address is within a range of its own version alone', () => {
  const range = { address: '10.0.0.0', prefix: 8 };
  expect(
    ['10.1.2.3', '11.0.0.0', '::ffff:10.1.2.3', '::10.1.2.3', 'x'].map((address) => isWithin(address, range)),
  ).toEqual([true, false, false, false, false]);
  expect(isWithin('fd00::1', { address: 'fd00::', prefix: 8 })).toBe(true);
  expect(isWithin('fd00::1%eth0', { address: 'fd00::', prefix: 8 })).toBe(false);
});

test('this machine is not foreign at any of its addresses, however it is spelled', () => {
  const own = ['10.0.0.1', '9.9.9.9', '2606:4700:0:0:0:0:0:1', 'fe80::1%eth0'];
  const asked = ['9.9.9.9', '9.9.9.8', '2606:4700::1', '2606:4700::2', '10.0.0.1'];
  expect(asked.map((address) => isForeign(address, own))).toEqual([false, true, false, true, false]);
  expect(ownAddresses()).toContain('127.0.0.1');
});
