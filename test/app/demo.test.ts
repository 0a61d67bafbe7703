import { expect, test } from '@jest/globals';

import { demo } from '../../src/app/demo.js';

test('a session over each protocol is played', async () => {
  const lines: string[] = [];
  await demo((line) => lines.push(line.trim()));
  const said = lines.join('\n');
  for (const expected of [
    /^action=PREPEND Received-SPF: pass \(mx\.receiver\.example: .*identity=mailfrom/m,
    /^action=550 5\.7\.23 SPF fail: fail\.example explains: .*is none of our servers/m,
    /^action=PREPEND Received-SPF: temperror /m,
    /^delete: Authentication-Results, number 1$/m,
    /^insert on top: Authentication-Results: mx\.receiver\.example; spf=pass smtp\.mailfrom=pass\.example/m,
    /^insert on top: Received-SPF: pass .*identity=helo/m,
  ]) {
    expect(said).toMatch(expected);
  }
  expect(lines.at(-1)).toBe('continue');
});
