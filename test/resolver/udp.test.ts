import { createSocket } from 'node:dgram';
import { setImmediate as turn, setTimeout } from 'node:timers/promises';

import { afterEach, describe, expect, test } from '@jest/globals';

import { parseServer, queryName, type ServerAddress } from '../../src/dns/index.js';
import { UdpPorts, type UdpTicket } from '../../src/resolver/udp.js';
import { Closing, nobody, ZONE } from './asking.js';

const closing = new Closing();
afterEach(() => closing.close());

/** Asks one question and waits until something is known; the answer, or null if nobody is there. */
async function askOnce(ports: UdpPorts): Promise<Buffer | null> {
  return new Promise((known) => {
    const ticket = ports.ask(
      {
        received(datagram) {
          ticket.port.release(ticket.id);
          known(datagram);
        },
        unreachable() {
          known(null);
        },
      },
      queryName('a.example'),
      'A',
      0,
      1,
    );
  });
}

/** Whether nobody has the port: what is bound cannot be bound again. */
async function isFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((known) => {
      socket.on('error', () => {
        known(false);
      });
      socket.bind({ port, address: '0.0.0.0', exclusive: true }, () => {
        known(true);
      });
    });
  } finally {
    socket.close();
  }
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if (!(await isFree(port))) return false;
  return true;
}

async function setUp(questions: number, idleMs?: number): Promise<{ ports: UdpPorts; used: number[] }> {
  const { server, queries } = await closing.responder(ZONE);
  const ports = new UdpPorts(server, idleMs);
  for (let i = 0; i < questions; i++) await askOnce(ports);
  return { ports, used: [...new Set(queries.map(({ port }) => port))] };
}

describe('ports', () => {
  test('are kept for more questions, and are free when closed', async () => {
    const { ports, used } = await setUp(3);
    expect(await areFree(used)).toBe(false);
    ports.close();
    expect(await areFree(used)).toBe(true);
  });

  test('are free when they are idle', async () => {
    const { used } = await setUp(3, 10);
    while (!(await areFree(used))) await setTimeout(10);
    expect(await areFree(used)).toBe(true);
  });

  test('are free when they were used for long enough', async () => {
    const { ports, used } = await setUp(2000);
    const free = await Promise.all(used.map(isFree));
    expect(free.filter((is) => !is).length).toBeLessThanOrEqual(8); // those for the next questions
    expect(used.length).toBeGreaterThan(20);
    ports.close();
  });

  test('do not keep the process alive', async () => {
    const { ports } = await setUp(1);
    const alive = process.getActiveResourcesInfo().filter((kind) => kind === 'UDPWrap');
    expect(alive).toHaveLength(1); // that of the server
    ports.close();
  });

  test('have an address that the system chooses', async () => {
    const { server, queries } = await closing.responder(ZONE, { address: '127.0.0.77' });
    const ports = new UdpPorts(server);
    await askOnce(ports);
    ports.close();
    expect(queries.map(({ address }) => address)).toEqual(['127.0.0.1']);
  });

  test('are given up when there is no way to the server', async () => {
    const server = parseServer('fe80::1%nowhere');
    if (!server.ok) throw new Error(server.error);
    const ports = new UdpPorts(server.value);
    expect(await askOnce(ports)).toBeNull();
    ports.close();
  });

  test('are given up when nobody listens', async () => {
    const server: ServerAddress = await nobody();
    const ports = new UdpPorts(server);
    expect(await askOnce(ports)).toBeNull();
    expect(await askOnce(ports)).toBeNull();
    ports.close();
  });

  test('are closed after their last answer when they have no more questions to take', async () => {
    const { server, queries } = await closing.responder(ZONE, { react: () => 'drop' });
    const ports = new UdpPorts(server);
    const waiter = { received: () => undefined, unreachable: () => undefined };
    const tickets: UdpTicket[] = [];
    while (tickets.length < 1000) {
      // As many as the server's socket surely holds.
      for (let i = 0; i < 50; i++) tickets.push(ports.ask(waiter, queryName('a.example'), 'A', 0, 1));
      while (queries.length < tickets.length) await turn();
    }
    const used = [...new Set(queries.map(({ port }) => port))];
    expect((await Promise.all(used.map(isFree))).filter(Boolean)).toHaveLength(0);
    for (const { port, id } of tickets) port.release(id);
    expect((await Promise.all(used.map(isFree))).filter((is) => !is).length).toBeLessThanOrEqual(8);
    ports.close();
  });
});
