import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { End } from '../support/connection-end.js';
import { settle, until } from '../support/deferred.js';
import { FaultProxy } from '../support/fault-proxy.js';

let server: Server;
let accepted: End[];
let clock: FakeClock;
let proxy: FaultProxy;
let opened: End[];

beforeEach(async () => {
  accepted = [];
  opened = [];
  clock = new FakeClock();
  server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(new End(socket)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await FaultProxy.open((server.address() as AddressInfo).port, clock);
});
afterEach(async () => {
  await proxy.close();
  for (const { socket } of [...opened, ...accepted]) socket.destroy();
  server.close();
});

function open(): End {
  const end = new End(connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true }));
  opened.push(end);
  return end;
}

/** A connection through the proxy, both ends of it. */
async function pair(): Promise<[client: End, server: End]> {
  const known = accepted.length;
  const client = open();
  await until(() => accepted.length > known && !client.socket.connecting);
  return [client, accepted[known]!];
}

it('passes bytes and ends, both ways', async () => {
  const [client, peer] = await pair();
  client.socket.write('question');
  await until(() => peer.text === 'question');
  peer.socket.write('answer');
  await until(() => client.text === 'answer');
  client.socket.end();
  await until(() => peer.said.includes('end'));
  peer.socket.end('last words');
  await until(() => client.said.includes('end') && proxy.connections === 0);
  expect(client.text).toBe('answerlast words');
});

it('carries more than it keeps, and keeps no more than its limit', async () => {
  const [client, peer] = await pair();
  const size = 40_000_000;
  proxy.flow({ kind: 'hold' });
  client.socket.write(Buffer.alloc(size, 'x'));
  await until(() => proxy.held('toServer') > 256 * 1024);
  await settle();
  expect(proxy.held('toServer')).toBeLessThan(1024 * 1024);
  peer.socket.removeAllListeners('data');
  let came = 0;
  peer.socket.on('data', (text: string) => (came += text.length));
  await proxy.heal();
  await until(() => came === size);
});

it('delays each direction for as long as it is told', async () => {
  const [client, peer] = await pair();
  proxy.flow({ kind: 'delay', ms: 1_000 }, 'toClient');
  client.socket.write('now');
  await until(() => peer.text === 'now');
  peer.socket.write('later');
  await until(() => proxy.held('toClient') === 5);
  await clock.advance(999);
  await settle();
  expect(client.text).toBe('');
  await clock.advance(1);
  await until(() => client.text === 'later');
});

it('drips a byte at a time', async () => {
  const [client, peer] = await pair();
  proxy.flow({ kind: 'drip', ms: 10 }, 'toServer');
  client.socket.write('abc');
  await until(() => proxy.held('toServer') === 3);
  for (const text of ['a', 'ab', 'abc']) {
    expect(peer.text).toBe(text.slice(0, -1));
    await clock.advance(10);
    await until(() => peer.text === text);
  }
});

it('holds what is said until it is healed, also the news of an end', async () => {
  const [client, peer] = await pair();
  proxy.flow({ kind: 'hold' });
  client.socket.end('question');
  peer.socket.write('push');
  await until(() => proxy.held('toServer') === 8 && proxy.held('toClient') === 4);
  await settle();
  expect([client.text, peer.text, peer.said]).toEqual(['', '', []]);
  await proxy.heal();
  await until(() => client.text === 'push' && peer.text === 'question' && peer.said.includes('end'));
});

describe('a black hole', () => {
  it('accepts, takes and never answers; connections that lost bytes are reset when it closes', async () => {
    const [client, peer] = await pair();
    const [idle, idlePeer] = await pair();
    proxy.blackHole();
    const late = open();
    client.socket.write('lost');
    peer.socket.write('lost as well');
    late.socket.write('lost, too');
    await until(() => accepted.length === 3);
    await settle();
    expect([client.text, peer.text, accepted[2]!.text, client.said, late.said]).toEqual(['', '', '', [], []]);
    await proxy.heal();
    await until(() => client.said.includes('close') && late.said.includes('close'));
    expect(client.said).toContain('ECONNRESET');
    idle.socket.write('whole');
    await until(() => idlePeer.text === 'whole');
  });

  it('hides that the server is gone, and that the client is', async () => {
    const [client, peer] = await pair();
    const [leaver, left] = await pair();
    proxy.blackHole();
    peer.socket.destroy();
    leaver.socket.destroy();
    await settle();
    await settle();
    expect([client.said, left.said]).toEqual([[], []]);
    await proxy.heal();
    await until(() => client.said.includes('end') && left.said.includes('end'));
  });
});

it('resets: both ends hear of it at once', async () => {
  const [client, peer] = await pair();
  proxy.reset();
  await until(() => client.said.includes('close') && peer.said.includes('close'));
  expect([client.said[0], peer.said[0]]).toEqual(['ECONNRESET', 'ECONNRESET']);
  const [again, peerAgain] = await pair();
  again.socket.write('again');
  await until(() => peerAgain.text === 'again');
});

it('refuses who comes, keeps who is there, and takes them on the same port afterwards', async () => {
  const { port } = proxy;
  const [client, peer] = await pair();
  proxy.refuse();
  const refused = open();
  await until(() => refused.said.includes('close'));
  expect(refused.said).toContain('ECONNREFUSED');
  client.socket.write('still here');
  await until(() => peer.text === 'still here');
  await proxy.accept();
  expect(proxy.port).toBe(port);
  await pair();
});

it('cuts the next reply, and nothing after it', async () => {
  const [client, peer] = await pair();
  proxy.cutReply(3);
  client.socket.write('whole question');
  await until(() => peer.text === 'whole question');
  peer.socket.write('answer');
  await until(() => client.said.length > 0 && peer.said.length > 0);
  expect([client.text, proxy.connections]).toEqual(['ans', 0]);
  const [next, nextPeer] = await pair();
  nextPeer.socket.write('answer');
  await until(() => next.text === 'answer');
});

it('half-closes: one end hears no more, and is still heard', async () => {
  const [client, peer] = await pair();
  proxy.halfClose('toClient');
  await until(() => client.said.includes('end'));
  client.socket.write('still asking');
  await until(() => peer.text === 'still asking');
  expect(peer.said).toEqual([]);
});

it('stands before a server that is not there: the connection is reset', async () => {
  server.close();
  const client = open();
  await until(() => client.said.includes('close'));
  expect(client.said).not.toContain('ECONNREFUSED');
});

it('leaves nothing open', async () => {
  const [client] = await pair();
  const { port } = proxy;
  proxy.flow({ kind: 'delay', ms: 1_000 });
  client.socket.write('on its way');
  await until(() => proxy.held('toServer') > 0);
  await proxy.close();
  await until(() => client.said.includes('close'));
  expect([proxy.connections, clock.pendingTimers]).toEqual([0, 0]);
  const late = new End(connect({ host: '127.0.0.1', port }));
  await until(() => late.said.includes('ECONNREFUSED'));
});
