/** The daemon as a process whose configuration is changed: SIGHUP, and what comes of it. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { parseZone, type Zone } from '../../src/resolver/index.js';
import { REFUSED, RELOADED, startDaemon, type Daemon, type DaemonStart } from '../support/daemon.js';
import { startResponder, type DnsResponder } from '../support/dns-responder.js';
import { MilterClient, toSocket } from '../support/milter-client.js';
import { requestText } from '../support/policy-request.js';
import { eventually } from '../telemetry/eventually.js';

const ZONE = `
pass.example: [{TXT: "v=spf1 ip4:192.0.2.1 -all"}]
fail.example: [{TXT: "v=spf1 -all"}]
softfail.example: [{TXT: "v=spf1 ~all"}]
`;
/** What another name server says. */
const OTHER_ZONE = `
fail.example: [{TXT: "v=spf1 +all"}]
other.example: [{TXT: "v=spf1 ip4:192.0.2.1 -all"}]
`;

let dns: DnsResponder;
let otherDns: DnsResponder;
/** Whether the first name server keeps its answers back, and the answers that it has kept. */
let isHolding = false;
let held: (() => void)[] = [];
let daemon: Daemon | null = null;

beforeAll(async () => {
  const after = (_ms: number, send: () => void): (() => void) => {
    held.push(send);
    return () => undefined;
  };
  dns = await startResponder(await zoneOf(ZONE), {
    ttl: 3600,
    after,
    react: (_query, usual) => (isHolding && usual !== null ? { messages: [usual], afterMs: 1 } : 'usual'),
  });
  otherDns = await startResponder(await zoneOf(OTHER_ZONE), { ttl: 3600 });
});
afterEach(async () => {
  isHolding = false;
  held = [];
  await daemon?.stop('SIGKILL');
  daemon = null;
});
afterAll(async () => {
  await dns.close();
  await otherDns.close();
});

describe('what is in force after SIGHUP', () => {
  test.each([
    {
      title: 'a profile',
      before: {},
      after: { profile: 'strict' },
      sender: 'a@softfail.example',
      was: /^action=PREPEND Received-SPF: softfail/,
      still: /^action=DUNNO$/m,
      is: /^action=550 5\.7\.23 /,
    },
    {
      title: 'an action',
      before: { replies: { fail: { text: 'refused by %{r}' } } },
      after: { hostname: 'other.example', actions: { mail_from: { fail: 'accept' } } },
      sender: 'a@fail.example',
      was: /^action=550 5\.7\.23 refused by mx\.example$/m,
      still: /^action=550 5\.7\.23 refused by mx\.example$/m,
      is: /^action=PREPEND Received-SPF: fail \(other\.example: .* receiver=other\.example/,
    },
    {
      title: 'a rule',
      before: { rules: [{ when: { recipient: 'two@receiver.example' }, then: { dry_run: true } }] },
      after: { rules: [{ when: { recipient: 'three@receiver.example' }, then: { dry_run: true } }] },
      sender: 'a@fail.example',
      was: /^action=550 /,
      still: /^action=DUNNO$/m,
      is: /^action=550 /,
    },
  ])('$title is, and a message in progress keeps the one before', async (row) => {
    const running = start(row.before);
    const client = connect(await running.port(), '127.0.0.1');
    const first = { sender: row.sender, instance: '1', recipient: 'one@receiver.example' };
    const second = { ...first, recipient: 'two@receiver.example' };
    expect(await ask(client, first)).toMatch(row.was);
    running.write(configOf(row.after));
    expect((await running.hangUp())[0]).toContain('remarks=0');
    expect(await ask(client, second)).toMatch(row.still);
    expect(await ask(connect(await running.port(), '127.0.0.1'), second)).toMatch(row.still);
    expect(await ask(client, { ...second, instance: '2' })).toMatch(row.is);
    expect(await ask(client, { ...second, instance: '3' })).toMatch(row.is);
  });

  test('a message whose check is in progress is judged by the one before, with the name server before', async () => {
    const running = start({ replies: { fail: { text: 'refused by %{r}' } } });
    const client = connect(await running.port(), '127.0.0.1');
    isHolding = true;
    const answer = ask(client, { sender: 'a@fail.example', instance: '1' });
    await eventually(() => held.length > 0);
    running.write(configOf({ hostname: 'other.example', dns: { servers: [otherDns.address] } }));
    await running.hangUp();
    isHolding = false;
    for (const send of held) send();
    expect(await answer).toBe('action=550 5.7.23 refused by mx.example\n\n');
    expect(await ask(client, { sender: 'a@other.example', instance: '2' })).toMatch(
      /Received-SPF: pass .* receiver=other\.example/,
    );
  });

  test('a milter connection goes by the one that it began with, whatever messages it has', async () => {
    const running = start(
      { listen: { policy: 'off' } },
      { environment: { SPFWARDEN_LISTEN_MILTER: '127.0.0.1:0' } },
    );
    const client = await milterClient(await running.port());
    expect(await milterAnswer(client)).toBe('continue');
    running.write(configOf({ listen: { policy: 'off' }, profile: 'strict' }));
    await running.hangUp();
    client.abort();
    expect(await milterAnswer(client)).toBe('continue');
    expect(await milterAnswer(await milterClient(await running.port()))).toBe('replycode');
  });

  test('other name servers are asked, and only for what the cache does not hold', async () => {
    const running = start({});
    const client = connect(await running.port(), '127.0.0.1');
    expect(await ask(client, { sender: 'a@fail.example', instance: '1' })).toContain('action=550');
    const asked = dns.queries.length;
    running.write(configOf({ dns: { servers: [otherDns.address] } }));
    await running.hangUp();
    expect(await ask(client, { sender: 'a@fail.example', instance: '2' })).toContain('action=550');
    expect(otherDns.queries.map(({ name }) => name)).not.toContain('fail.example');
    expect(await ask(client, { sender: 'a@other.example', instance: '3' })).toContain('Received-SPF: pass');
    expect(otherDns.queries.map(({ name }) => name)).toContain('other.example');
    expect(dns.queries).toHaveLength(asked);
  });

  test('the file of senders is read again', async () => {
    const senders = (folder: string): string => join(folder, 'senders');
    const running = start(
      {},
      {
        prepare: (folder, file) => {
          writeFileSync(senders(folder), '# nobody yet\n');
          writeFileSync(file, JSON.stringify(configOf({ skip: { senders_file: senders(folder) } })));
        },
      },
    );
    const client = connect(await running.port(), '127.0.0.1');
    expect(await ask(client, { sender: 'a@fail.example', instance: '1' })).toContain('action=550');
    writeFileSync(senders(running.folder), 'fail.example\n');
    await running.hangUp();
    expect(await ask(client, { sender: 'a@fail.example', instance: '2' })).not.toContain('action=550');
    writeFileSync(senders(running.folder), '@@\n');
    expect((await running.hangUp(REFUSED))[0]).toContain(`${senders(running.folder)}:1:1 `);
    expect(await ask(client, { sender: 'a@fail.example', instance: '3' })).not.toContain('action=550');
  });

  test('files that are included come, change and go, and are as bad as the main one', async () => {
    const running = start({});
    const client = connect(await running.port(), '127.0.0.1');
    const softfail = async (instance: string): Promise<string> =>
      ask(client, { sender: 'a@softfail.example', instance });
    const included = join(running.folder, 'conf.d', '10-strict.yml');
    expect(await softfail('1')).toContain('action=PREPEND');
    mkdirSync(join(running.folder, 'conf.d'));
    writeFileSync(included, 'profile: strict\n');
    await running.hangUp();
    expect(await softfail('2')).toContain('action=550');
    writeFileSync(included, 'profile: strikt\n');
    expect((await running.hangUp(REFUSED))[0]).toContain(`${included}:1:10 `);
    expect(await softfail('3')).toContain('action=550');
    rmSync(included);
    await running.hangUp();
    expect(await softfail('4')).toContain('action=PREPEND');
  });
});

describe('a file that cannot be used', () => {
  test('changes nothing, each of its problems has a line once, and a later good one is taken', async () => {
    const running = start({});
    const client = connect(await running.port(), '127.0.0.1');
    const from = running.stderr().length;
    running.write('profile: strict\nno_such_option: 1\ndns:\n  timeout: soon\n');
    await running.hangUp(REFUSED);
    expect(await ask(client, { sender: 'a@softfail.example', instance: '1' })).toContain('action=PREPEND');
    rmSync(running.file);
    await running.hangUp(/problem=.*there is no such file/);
    expect(await ask(client, { sender: 'a@softfail.example', instance: '2' })).toContain('action=PREPEND');
    running.write(configOf({ profile: 'strict' }));
    await running.hangUp();
    expect(await ask(client, { sender: 'a@softfail.example', instance: '3' })).toContain('action=550');
    const lines = running.stderr().slice(from).split('\n');
    const problems = lines
      .filter((line) => REFUSED.test(line))
      .map((line) => line.replace(/^.* problem=/, ''));
    expect(problems).toEqual([
      expect.stringContaining(`${running.file}:2:1   no_such_option: `),
      expect.stringContaining(`${running.file}:4:12  dns.timeout: `),
      expect.stringContaining('there is no such file'),
    ]);
    expect(lines.filter((line) => RELOADED.test(line))).toHaveLength(1);
  });

  test('options that need a restart keep their values, one warning names them, and the others change', async () => {
    const running = start({});
    const client = connect(await running.port(), '127.0.0.1');
    const elsewhere = join(running.folder, 'elsewhere.log');
    running.write(
      configOf({
        profile: 'strict',
        listen: { policy: `unix:${join(running.folder, 'policy.sock')}`, milter: 'off' },
        log: { to: elsewhere },
        server: { max_connections: 1 },
      }),
    );
    const warning = /^changed options keep their old values till a restart options=(.*)$/m;
    expect((await running.hangUp(warning))[1]).toBe('"listen.policy log.to server.max_connections"');
    const another = connect(await running.port(), '127.0.0.1');
    expect(await ask(client, { sender: 'a@softfail.example', instance: '1' })).toContain('action=550');
    expect(await ask(another, { sender: 'a@softfail.example', instance: '2' })).toContain('action=550');
    expect([existsSync(join(running.folder, 'policy.sock')), existsSync(elsewhere)]).toEqual([false, false]);
    running.write(configOf({}));
    await running.hangUp();
    expect(await ask(client, { sender: 'a@softfail.example', instance: '3' })).toContain('action=PREPEND');
    expect(running.stderr().match(new RegExp(warning.source, 'gm'))).toHaveLength(1);
  });
});

describe('what wins over the file', () => {
  test('the command line does so after SIGHUP too', async () => {
    const running = start({}, { words: ['--dry-run'] });
    const client = connect(await running.port(), '127.0.0.1');
    running.write(configOf({ dry_run: false, profile: 'strict' }));
    await running.hangUp();
    expect(await ask(client, { sender: 'a@fail.example', instance: '1' })).toBe('action=DUNNO\n\n');
    await running.said(/^NOQUEUE: spf reject .* dry_run=true/m);
  });

  test('the environment does so after SIGHUP', async () => {
    const running = start({}, { environment: { SPFWARDEN_REPLIES_FAIL_TEXT: 'of the environment' } });
    const client = connect(await running.port(), '127.0.0.1');
    running.write(configOf({ replies: { fail: { text: 'of the file', code: 554 } } }));
    await running.hangUp();
    const answer = await ask(client, { sender: 'a@fail.example', instance: '1' });
    expect(answer).toBe('action=554 5.7.23 of the environment\n\n');
  });
});

describe('SIGHUP', () => {
  test('has a log file opened anew', async () => {
    let path = '';
    const running = start(
      {},
      {
        prepare: (folder, file) => {
          path = join(folder, 'spfwarden.log');
          writeFileSync(file, JSON.stringify(configOf({ log: { to: ['stderr', path] } })));
        },
      },
    );
    const client = connect(await running.port(), '127.0.0.1');
    await ask(client, { sender: 'a@pass.example', instance: '1' });
    await eventually(() => existsSync(path) && readFileSync(path, 'utf8').includes('mail_from=pass'));
    renameSync(path, `${path}.1`);
    await running.hangUp();
    await ask(client, { sender: 'a@fail.example', instance: '2' });
    await eventually(() => existsSync(path) && readFileSync(path, 'utf8').includes('mail_from=fail'));
    expect(readFileSync(`${path}.1`, 'utf8')).not.toContain('mail_from=fail');
    expect(readFileSync(path, 'utf8')).not.toContain('mail_from=pass');
    await running.said(/mail_from=pass[^]*mail_from=fail/);
  });

  test('during the start ends nothing, and the file is read once more', async () => {
    const running = start(
      {},
      {
        // It is opened as a pipe that nobody has written to, so the daemon waits with its start.
        prepare: (_folder, file) => {
          rmSync(file);
          execFileSync('mkfifo', [file]);
        },
      },
    );
    let pipe = -1;
    await eventually(() => {
      pipe = openedByReader(running.file);
      return pipe !== -1;
    });
    running.child.kill('SIGHUP');
    running.write(configOf({ profile: 'strict' }));
    writeFileSync(pipe, JSON.stringify(configOf({})));
    closeSync(pipe);
    const client = connect(await running.port(), '127.0.0.1');
    await running.said(RELOADED);
    expect(await ask(client, { sender: 'a@softfail.example', instance: '1' })).toContain('action=550');
  });

  test('before the program is loaded ends nothing', async () => {
    const hook = `export const resolve = (name, context, next) => {
      if (name === 'yargs') process.kill(process.pid, 'SIGHUP');
      return next(name, context);
    };`;
    const preload = `import { register } from 'node:module'; register(${JSON.stringify(moduleUrl(hook))});`;
    const running = start({}, { environment: { NODE_OPTIONS: `--import=${moduleUrl(preload)}` } });
    const client = connect(await running.port(), '127.0.0.1');
    expect(await ask(client, { sender: 'a@fail.example', instance: '1' })).toContain('action=550');
  });

  test('many times at once, and between changes of the file, leaves the last file in force', async () => {
    const running = start({});
    const client = connect(await running.port(), '127.0.0.1');
    for (let i = 1; i <= 20; i++) {
      running.write(configOf({ replies: { fail: { text: `refused by number ${i}` } } }));
      running.child.kill('SIGHUP');
    }
    let instance = 0;
    await eventually(async () => {
      const answer = await ask(client, { sender: 'a@fail.example', instance: `${++instance}` });
      expect(answer).toMatch(/^action=550 5\.7\.23 (?:SPF fail|refused by number \d+)/);
      return answer.includes('number 20\n');
    });
    await running.said(RELOADED);
    const count = running.stderr().match(new RegExp(RELOADED.source, 'gm'))?.length;
    expect(count).toBeGreaterThanOrEqual(1);
    expect(count).toBeLessThanOrEqual(20);
    expect(await ask(client, { sender: 'a@fail.example', instance: 'last' })).toContain('number 20\n');
  });

  test('while what is in progress is finished after SIGTERM does not keep the daemon from its end', async () => {
    const running = start({});
    const client = connect(await running.port(), '127.0.0.1');
    isHolding = true;
    const answer = ask(client, { sender: 'a@pass.example', instance: '1' });
    await eventually(() => held.length > 0);
    const stopped = running.stop();
    await running.said(/stopping signal=SIGTERM connections=1/);
    await running.hangUp();
    for (const send of held) send();
    expect(await answer).toContain('Received-SPF: pass');
    expect(await stopped).toBe(0);
  });
});

function start(options: object, how: DaemonStart = {}): Daemon {
  daemon = startDaemon(configOf(options), how);
  return daemon;
}

/** With what every daemon here has. */
function configOf(options: object): object {
  return {
    hostname: 'mx.example',
    listen: { policy: '127.0.0.1:0', milter: 'off' },
    dns: { servers: [dns.address], timeout: '50s', tries: 1 },
    ...options,
  };
}

function moduleUrl(text: string): string {
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

/** A pipe for writing, or -1 as long as nobody reads it. */
function openedByReader(path: string): number {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return -1;
  }
}

async function ask(socket: Socket, attributes: Parameters<typeof requestText>[0]): Promise<string> {
  socket.write(requestText(attributes), 'latin1');
  const [reply] = (await once(socket, 'data')) as [Buffer];
  return reply.toString('latin1');
}

async function milterClient(port: number): Promise<MilterClient> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const client = new MilterClient(toSocket(socket));
  await client.negotiate();
  await client.connect('192.0.2.1');
  await client.helo('mail.example.org');
  return client;
}

/** What is said to the recipient of a message from softfail.example. */
async function milterAnswer(client: MilterClient): Promise<string | undefined> {
  await client.mail('<a@softfail.example>');
  return (await client.rcpt('<one@receiver.example>'))?.kind;
}

async function zoneOf(text: string): Promise<Zone> {
  const zone = await parseZone(text);
  if (!zone.ok) throw new Error(JSON.stringify(zone.error));
  return zone.value;
}
