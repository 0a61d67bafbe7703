/**
 * The first process of a lab's namespaces. It starts programs there and connects to them, on the orders of the test
 * outside. When it ends, however it ends, the kernel ends all it started: it is their process 1.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Order, Report } from './agent-messages.js';

const programs = new Map<number, ChildProcess>();

function report(message: Report, socket?: Socket): void {
  process.send?.(message, socket);
}

function start({ id, argv, log }: Order & { do: 'start' }): void {
  const [program = '', ...args] = argv;
  const output = openSync(log, 'a');
  const child = spawn(program, args, { stdio: ['ignore', output, output] });
  closeSync(output);
  programs.set(id, child);
  child.on('spawn', () => {
    report({ did: 'started', id });
  });
  child.on('error', (e) => {
    report({ did: 'failed', id, why: e.message });
  });
  child.on('exit', (status) => {
    programs.delete(id);
    report({ did: 'exit', id, status });
  });
}

function connect({ id, port, from }: Order & { do: 'connect' }): void {
  const socket = new Socket();
  socket.pause(); // the greeting belongs to whoever gets the socket
  socket.on('connect', () => {
    report({ did: 'connected', id }, socket);
  });
  socket.on('error', (e) => {
    report({ did: 'failed', id, why: e.message });
  });
  const host = from?.includes(':') === true ? '::1' : '127.0.0.1';
  socket.connect({ port, host, ...(from === null ? {} : { localAddress: from }) });
}

process.on('message', (order: Order) => {
  switch (order.do) {
    case 'start':
      start(order);
      return;
    case 'signal':
      programs.get(order.id)?.kill(order.signal);
      return;
    case 'connect':
      connect(order);
      return;
  }
});
process.on('disconnect', () => process.exit(0)); // the test is gone
report({ did: 'open' });
