/** Those whose cold checks are timed, each asked in its own way. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text as bodyText } from 'node:stream/consumers';

import { until } from '../e2e/support/until.js';
import type { Mail } from './mail.js';
import { freePort, programPath, type Programs } from './programs.js';
import { prepareRequests, setInstance } from './requests.js';
import type { PolicyServer } from './servers.js';

export interface ColdAnswer {
  readonly ms: number;
  /** The SPF result that it speaks of, or the answer itself where it speaks of none. */
  readonly result: string;
}

export interface ColdServer {
  check(mail: Mail): Promise<ColdAnswer>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

/** Asks a policy server as smtpd(8) does, over one connection. */
export async function policyClient(server: PolicyServer): Promise<ColdServer> {
  const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1');
  await once(socket, 'connect');
  let messages = 0;
  return {
    async check(mail) {
      const [prepared] = prepareRequests(mail);
      if (prepared === undefined) throw new Error('a message without recipients');
      setInstance(prepared, messages++);
      const startMs = performance.now();
      socket.write(prepared.bytes);
      let answer = '';
      while (!answer.endsWith('\n\n')) {
        const [chunk] = (await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [
          string,
        ];
        answer += chunk;
      }
      return { ms: performance.now() - startMs, result: resultOfAction(answer.trimEnd()) };
    },
    async stop() {
      socket.destroy();
      await server.stop();
    },
  };
}

function resultOfAction(answer: string): string {
  const field = /^action=prepend received-spf: ([a-z]+)/i.exec(answer);
  if (field !== null) return field[1]?.toLowerCase() ?? '';
  return answer.startsWith('action=550 ') ? 'fail' : answer;
}

/** What it finds in a message, as SPF has it. */
const RSPAMD_RESULTS: Readonly<Record<string, string>> = {
  R_SPF_ALLOW: 'pass',
  R_SPF_FAIL: 'fail',
  R_SPF_SOFTFAIL: 'softfail',
  R_SPF_NEUTRAL: 'neutral',
  R_SPF_NA: 'none',
  R_SPF_DNSFAIL: 'temperror',
  R_SPF_PERMFAIL: 'permerror',
};

const MESSAGE = 'From: user@sender.example\r\nSubject: none\r\n\r\nNothing.\r\n';

/** Where Debian's package has it. */
const RSPAMD_PLUGIN = '/usr/share/rspamd/plugins/spf.lua';

/** rspamd with SPF and nothing else, which it checks for MAIL FROM alone. Null where it is not installed. */
export function rspamd(
  programs: Programs,
  folder: string,
  dnsPort: number,
): (() => Promise<ColdServer>) | null {
  const path = programPath('rspamd');
  if (path === null) return null;
  return async () => {
    const port = await freePort();
    const home = join(folder, 'rspamd');
    mkdirSync(join(home, 'plugins'), { recursive: true });
    copyFileSync(RSPAMD_PLUGIN, join(home, 'plugins/spf.lua'));
    writeFileSync(join(home, 'tlds'), 'example\n'); // the list of all that there are takes it ten seconds
    writeFileSync(join(home, 'rspamd.conf'), rspamdConf(home, port, dnsPort));
    const asRoot = process.getuid?.() === 0 ? ['-u', 'root', '-g', 'root'] : [];
    const argv = [path, '-f', '-i', ...asRoot, '-c', join(home, 'rspamd.conf')];
    const child = programs.start(argv, join(home, 'log'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await until('rspamd', async () => {
      if (child.exitCode !== null) throw new Error(`rspamd ended with status ${child.exitCode}`);
      return ping(port);
    });
    return {
      check: (mail) => ask(agent, port, mail),
      async stop() {
        agent.destroy();
        await programs.stop(child);
      },
    };
  };
}

function rspamdConf(home: string, port: number, dnsPort: number): string {
  const symbols = Object.keys(RSPAMD_RESULTS).map((name) => `    ${name} { weight = 0.0; }\n`);
  return `options {
  filters = "";
  disable_hyperscan = true;
  url_tld = "${home}/tlds";
  tempdir = "${home}";
  pidfile = "${home}/pid";
  cache_file = "${home}/cache";
  control_socket = "${home}/control mode=0600";
  history_file = "${home}/history";
  dns { nameserver = ["127.0.0.1:${dnsPort}"]; timeout = 2s; sockets = 16; retransmits = 5; }
}
logging { type = "console"; level = "warning"; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }
actions { reject = 15; add_header = 6; greylist = 4; }
group "spf" {
  symbols {
${symbols.join('')}  }
}
spf { spf_cache_size = 2k; }
modules { path = "${home}/plugins"; }
`;
}

async function ping(port: number): Promise<true | undefined> {
  const asked = request({ port, host: '127.0.0.1', path: '/ping' }).end();
  try {
    const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
    response.resume();
    return true;
  } catch {
    return undefined; // not there yet
  }
}

async function ask(agent: Agent, port: number, { client, helo, sender }: Mail): Promise<ColdAnswer> {
  const headers = {
    IP: client,
    Helo: helo,
    From: `<${sender}>`,
    Rcpt: '<user0@receiver.example>',
    'Content-Length': MESSAGE.length,
  };
  const startMs = performance.now();
  const asked = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/checkv2', headers });
  asked.end(MESSAGE);
  const [response] = (await once(asked, 'response', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [
    NodeJS.ReadableStream,
  ];
  const text = await bodyText(response);
  const ms = performance.now() - startMs;
  const found = Object.keys(RSPAMD_RESULTS).find((name) => text.includes(`"${name}"`));
  return { ms, result: found === undefined ? text.slice(0, 100) : (RSPAMD_RESULTS[found] ?? '') };
}
