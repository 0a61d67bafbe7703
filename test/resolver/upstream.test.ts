import { describe, expect, test } from '@jest/globals';

import { parseServer, type ServerAddress } from '../../src/resolver/index.js';
import { Upstreams } from '../../src/resolver/upstream.js';

const SERVERS = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((text): ServerAddress => {
  const server = parseServer(text);
  if (!server.ok) throw new Error(server.error);
  return server.value;
});

function order(upstreams: Upstreams, now: number): string {
  return upstreams
    .inOrder(now)
    .map(({ name }) => name.slice(-1))
    .join('');
}

function silence(upstreams: Upstreams, index: number, times: number, now: number): void {
  for (let i = 0; i < times; i++) {
    upstreams.all[index]?.asked();
    upstreams.all[index]?.silent(now);
  }
}

describe('the order of servers', () => {
  test('is the one configured', () => {
    const upstreams = new Upstreams(SERVERS, false);
    expect([order(upstreams, 0), order(upstreams, 0)]).toEqual(['123', '123']);
  });

  test('begins with another one each time if that is wanted', () => {
    const upstreams = new Upstreams(SERVERS, true);
    expect([0, 0, 0, 0].map((now) => order(upstreams, now))).toEqual(['123', '231', '312', '123']);
  });

  test('has one that was silent three times in a row last, for 30 seconds', () => {
    const upstreams = new Upstreams(SERVERS, false);
    silence(upstreams, 0, 2, 0);
    expect(order(upstreams, 0)).toBe('123');
    silence(upstreams, 0, 1, 0);
    expect([order(upstreams, 0), order(upstreams, 29_999), order(upstreams, 30_000)]).toEqual([
      '231',
      '231',
      '123',
    ]);
  });

  test('then lets one question try it, and takes it back when it answers', () => {
    const upstreams = new Upstreams(SERVERS, false);
    silence(upstreams, 0, 3, 0);
    upstreams.all[0]?.asked();
    expect(order(upstreams, 30_000)).toBe('231');
    upstreams.all[0]?.answered();
    expect(order(upstreams, 30_000)).toBe('123');
  });

  test('or leaves it last when it does not', () => {
    const upstreams = new Upstreams(SERVERS, false);
    silence(upstreams, 0, 3, 0);
    silence(upstreams, 0, 1, 30_000);
    expect([order(upstreams, 59_999), order(upstreams, 60_000)]).toEqual(['231', '123']);
  });

  test('is not changed by silence between answers', () => {
    const upstreams = new Upstreams(SERVERS, false);
    silence(upstreams, 0, 2, 0);
    upstreams.all[0]?.answered();
    silence(upstreams, 0, 2, 0);
    expect(order(upstreams, 0)).toBe('123');
  });
});
