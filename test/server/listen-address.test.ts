import { expect, test } from '@jest/globals';

import { pathProblem } from '../../src/server/listen-address.js';
import { showAddress } from '../../src/server/index.js';

const unix = { kind: 'unix', mode: 0o660, owner: null, group: null } as const;

test.each([
  { address: { kind: 'tcp', host: '127.0.0.1', port: 8895 } as const, text: '127.0.0.1:8895' },
  { address: { kind: 'tcp', host: '::1', port: 8895 } as const, text: '[::1]:8895' },
  { address: { ...unix, path: '/run/spfwarden/policy.sock' }, text: 'unix:/run/spfwarden/policy.sock' },
  { address: { kind: 'inherited', name: 'policy', fd: 3 } as const, text: 'systemd:policy' },
])('shows $text', ({ address, text }) => {
  expect(showAddress(address)).toBe(text);
});

test.each([
  { path: '/run/a:1', problem: null },
  { path: `/${'a'.repeat(106)}`, problem: null },
  { path: 'policy.sock', problem: 'must begin with /' },
  { path: '', problem: 'must begin with /' },
  { path: '/run/', problem: 'is no name of a socket' },
  { path: '/run/a\0b', problem: 'is no name of a socket' },
  { path: `/${'a'.repeat(107)}`, problem: 'has 108 octets' },
  { path: `/${'ä'.repeat(54)}`, problem: 'has 109 octets' }, // octets count
])('the path $path: $problem', ({ path, problem }) => {
  if (problem === null) expect(pathProblem(path)).toBeNull();
  else expect(pathProblem(path)).toContain(problem);
});
