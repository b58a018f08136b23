import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whyNotPublic } from '../../src/kit/http/addresses.js';

describe('an address that is not public is told apart in every form', () => {
  test.each([
    ['127.0.0.1', 'this very machine'],
    ['127.255.255.254', 'this very machine'],
    ['0.0.0.0', 'this very network'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'carrier'],
    ['100.100.100.200', 'carrier'],
    ['169.254.169.254', 'link-local'],
    ['168.63.129.16', 'cloud'],
    ['192.0.0.192', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['203.0.113.9', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['::', 'outside the public'],
    ['::1', 'outside the public'],
    ['::127.0.0.1', 'outside the public'],
    ['::ffff:127.0.0.1', 'stands for 127.0.0.1'],
    ['::ffff:7f00:1', 'stands for 127.0.0.1'],
    ['0:0:0:0:0:ffff:a9fe:a9fe', 'stands for 169.254.169.254'],
    ['::ffff:0:127.0.0.1', 'outside the public'],
    ['64:ff9b::127.0.0.1', 'stands for 127.0.0.1'],
    ['64:ff9b::a00:1', 'stands for 10.0.0.1'],
    ['64:ff9b:1::8.8.8.8', 'outside the public'],
    ['2002:7f00:1::', 'stands for 127.0.0.1'],
    ['2002:c0a8:101::1', 'stands for 192.168.1.1'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['3fff::1', 'reserved'],
    ['2001:4860::5efe:10.0.0.1', 'stands for 10.0.0.1'],
    ['fe80::200:5efe:8.8.8.8', 'outside the public'],
    ['fe80::1', 'outside the public'],
    ['fe80::1%eth0', 'no plain address'],
    ['2606:4700::1111%1', 'no plain address'],
    ['fec0::1', 'outside the public'],
    ['fc00::1', 'outside the public'],
    ['fd00:ec2::254', 'outside the public'],
    ['ff02::1', 'outside the public'],
    ['100::1', 'outside the public'],
    ['5f00::1', 'outside the public'],
    ['127.1', 'no plain address'],
    ['0x7f000001', 'no plain address'],
    ['localhost', 'no plain address'],
    ['', 'no plain address'],
  ])('%s', (address, why) => expect(whyNotPublic(address)).toContain(why));
});

test.each([
  '8.8.8.8',
  '172.15.255.255',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '64:ff9b::8.8.8.8',
  '::ffff:8.8.8.8',
  '2002:808:808::1',
])('%s is public', (address) => expect(whyNotPublic(address)).toBeNull());

test('an IPv4 address is judged alike however an IPv6 one wraps it', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const isPublic = whyNotPublic(address) === null;
      expect(whyNotPublic(`::ffff:${address}`) === null).toBe(isPublic);
      expect(whyNotPublic(`64:ff9b::${address}`) === null).toBe(isPublic);
    }),
  );
});
