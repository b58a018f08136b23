/** A real name server for one test, on a port of its own: each question gets what the test says, and is not to be kept. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIPv4 } from 'node:net';
import { afterwards } from './servers.js';

export interface NameServer {
  /** Names asked for, with their type, in order. */
  asked: string[];
  /** Asks it for the addresses of a name, as the guard of the HTTP client wants to. */
  resolve(host: string): Promise<LookupAddress[]>;
}

const A = 1;
const AAAA = 28;
const NO_SUCH_NAME = 3;

/** `answers`: the addresses of a name, for its `count`-th question of that type, from 1. A name without any is not there. */
export async function startNameServer(answers: (name: string, count: number) => readonly string[]): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    const { name, type, end } = readQuestion(question);
    const word = `${type === A ? 'A' : 'AAAA'} ${name}`;
    asked.push(word);
    const all = answers(name, asked.filter((one) => one === word).length);
    const records = all.filter((one) => isIPv4(one) === (type === A)).map((one) => recordOf(one));
    const flags = 0x8180 | (all.length === 0 ? NO_SUCH_NAME : 0);
    const head = Buffer.alloc(12);
    question.copy(head, 0, 0, 2);
    [flags, 1, records.length, 0, 0].forEach((word, at) => head.writeUInt16BE(word, 2 + at * 2));
    socket.send(Buffer.concat([head, question.subarray(12, end), ...records]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  afterwards(() => socket.close());
  const resolver = new Resolver({ timeout: 5_000, tries: 2 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    asked,
    async resolve(host) {
      const found = await Promise.all([
        resolver.resolve6(host).then((all) => all.map((address) => ({ address, family: 6 })), none),
        resolver.resolve4(host).then((all) => all.map((address) => ({ address, family: 4 })), none),
      ]);
      return found.flat();
    },
  };
}

function none(): LookupAddress[] {
  return [];
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at]!; length > 0; length = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

/** A record of the name in the question, with no time to live. */
function recordOf(address: string): Buffer {
  const data = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : bytesOf(address);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(data.length === 4 ? A : AAAA, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function bytesOf(address: string): Buffer {
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
