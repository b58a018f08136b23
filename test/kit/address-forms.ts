/** The ways in which a URL may name one IPv4 address, as browsers and the URL standard read them, and tricks that look like another host. */

const CIRCLED = ['⓪', '①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨'];

/** URLs of this address and port; each leads to it where it leads anywhere. */
export function formsOf(address: string, port: number): string[] {
  const bytes = address.split('.').map(Number) as [number, number, number, number];
  const number = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const hex = (value: number, digits = 1) => `0x${value.toString(16).padStart(digits, '0')}`;
  const octal = (value: number, digits = 1) => `0${value.toString(8).padStart(digits, '0')}`;
  const digits = (form: (digit: number) => string) => address.replace(/\d/g, (digit) => form(Number(digit)));
  const [a, b, c, d] = bytes;
  const [high, low] = [a * 256 + b, c * 256 + d].map((group) => group.toString(16)) as [string, string];

  const hosts = [
    address,
    `${address}.`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    String(number),
    hex(number, 8),
    hex(number, 8).toUpperCase(),
    hex(number, 12),
    octal(number),
    octal(number, 14),
    bytes.map((byte) => hex(byte)).join('.'),
    bytes.map((byte) => hex(byte, 6)).join('.'),
    bytes.map((byte) => octal(byte)).join('.'),
    bytes.map((byte) => octal(byte, 7)).join('.'),
    `${hex(a)}.${octal(b)}.${c}.${hex(d)}`,
    `${hex(a)}.${octal((b * 256 + c) * 256 + d)}.`,
    digits((digit) => String.fromCodePoint(0xff10 + digit)), // full width
    digits((digit) => String.fromCodePoint(0x1d7d8 + digit)), // double-struck
    digits((digit) => CIRCLED[digit]!),
    digits((digit) => `%3${digit}`),
    digits((digit) => `%EF%BC%9${digit}`), // full width, in percent
    address.replaceAll('.', '。'),
    address.replaceAll('.', '．'),
    address.replaceAll('.', '｡'),
    address.replaceAll('.', '%2e'),
    `${a}\t.${b}.${c}\n.${d}`,
    `\u00ad${address}`, // a soft hyphen is no part of a name
    `[::ffff:${address}]`,
    `[::ffff:${high}:${low}]`,
    `[::FFFF:${high.toUpperCase()}:${low.toUpperCase()}]`,
    `[0:0:0:0:0:ffff:${high}:${low}]`,
    `[0000:0000:0000:0000:0000:ffff:${address}]`,
    `[::${address}]`,
    `[::${high}:${low}]`,
    `[64:ff9b::${address}]`,
    `[64:ff9b::${high}:${low}]`,
    `[0064:ff9b:0000::${high}:${low}]`,
    `[64:ff9b:1::${high}:${low}]`,
    `[2002:${high}:${low}::]`,
    `[2002:${high}:${low}::1]`,
    `[2001:db8::5efe:${address}]`,
    `[fe80::5efe:${address}]`,
    `[::ffff:${address}%25eth0]`,
    `[fe80::${high}:${low}%251]`,
  ];
  return [
    ...hosts.map((host) => `http://${host}:${port}/`),
    `http:${address}:${port}/`,
    `http:\\\\${address}:${port}\\`,
    `http:///${address}:${port}/`,
    ` http://${address}:${port}/`,
    `HTTP://${address}:${port}/`,
    `http://${address}:0${port}/`,
    `http://${address}:${port}\\@example.org/`,
    `http://${address}:${port}#@example.org/`,
    `http://${address}:${port}?@example.org/`,
    `http://example.org@${address}:${port}/`,
    `http://example.org:80@${address}:${port}/`,
    `http://@${address}:${port}/`,
    `http://example.org%00@${address}:${port}/`,
    `https://${address}:${port}/`,
  ];
}
