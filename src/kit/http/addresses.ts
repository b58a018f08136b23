/** Which addresses of the network are public. Whatever is not known to be is not: the guard lets nothing else be reached. Pure. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * Why an address must not be reached, or null if it is public. Everything that stands for an IPv4 address inside an IPv6 one
 * (mapped, NAT64, 6to4) is judged by that address; a zone (`fe80::1%eth0`) is never public.
 */
export function whyNotPublic(address: string): string | null {
  if (isIPv4(address)) return SPECIAL_V4.find(({ list }) => list.check(address))?.what ?? null;
  if (address.includes('%') || !isIPv6(address)) return 'is no plain address';
  const groups = groupsOf(address);
  const embedded = embeddedV4(groups);
  const why = embedded === null ? null : whyNotPublic(embedded);
  if (why !== null) return `stands for ${embedded}, which ${why}`;
  if (isWrapped(groups)) return null;
  if ((groups[0]! & 0xe000) !== 0x2000) return 'is outside the public IPv6 range';
  return SPECIAL_V6.check(address, 'ipv6') ? 'is reserved' : null;
}

/** From IANA's registry of special-purpose addresses: those that are not globally reachable, and two that clouds answer on. */
const SPECIAL_V4 = [
  ['is this very network', '0.0.0.0/8'],
  ['is private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ['is shared by a carrier', '100.64.0.0/10'],
  ['is this very machine', '127.0.0.0/8'],
  ['is link-local, where clouds keep credentials', '169.254.0.0/16'],
  ['is reserved', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ['is multicast', '224.0.0.0/4'],
  ['is reserved', '240.0.0.0/4'],
  ['is a cloud’s own service', '168.63.129.16/32'],
].map(([what, ...ranges]) => ({ what: what!, list: blockList('ipv4', ranges) }));

/** Inside 2000::/3: protocol assignments with Teredo and benchmarking, documentation. */
const SPECIAL_V6 = blockList('ipv6', ['2001::/23', '2001:db8::/32', '3fff::/20']);

function blockList(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network, bits] = range.split('/');
    list.addSubnet(network!, Number(bits), family);
  }
  return list;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = text.split('::');
  const numbers = (part: string) => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  if (tail === undefined) return numbers(head);
  const [before, after] = [numbers(head), numbers(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** An address that is nothing but an IPv4 one in other clothes: mapped, or by the well-known NAT64 prefix. */
function isWrapped(groups: readonly number[]): boolean {
  const zeros = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0);
  const mapped = zeros(0, 5) && groups[5] === 0xffff;
  const nat64 = groups[0] === 0x64 && groups[1] === 0xff9b && zeros(2, 6);
  return mapped || nat64;
}

/** The IPv4 address that packets to an IPv6 one end at, null if there is none. */
function embeddedV4(groups: readonly number[]): string | null {
  const isatap = (groups[4]! & 0xfdff) === 0 && groups[5] === 0x5efe;
  if (isWrapped(groups) || isatap) return dotted(groups[6]!, groups[7]!);
  return groups[0] === 0x2002 ? dotted(groups[1]!, groups[2]!) : null;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
