import { describe, expect, test } from '@jest/globals';

import {
  loadConfig,
  OPTION_NAMES,
  printConfig,
  printProblems,
  type Config,
  type LoadedConfig,
} from '../../src/config/index.js';
import { filesOf } from './files.js';

const MAIN = '/etc/spfwarden/spfwarden.yml';
const FULL = `profile: strict
hostname: mx.example.net
include: conf.d/*.yml
listen:
  policy:
    - 127.0.0.1:8895
    - {socket: /run/policy, mode: 0600, group: "105"}
dns: {servers: ["[::1]:5353", tls://9.9.9.9@dns.quad9.net], timeout: 1s, cache: {entries: ~}}
headers: {tag_subject: [softfail, fail], subject_tag: '{%{result}}'}
replies: {fail: {text: 'SPF: %{c} "may not", says %{d} #1'}}
skip:
  {networks: [loopback, "2001:db8::"], senders: ["/^a:.*$/", .example.com], macros: {"{daemon_name}": [a, "[b]"], j: any}}
client_map: {10.0.0.1: 192.0.2.1}
forwarders:
  - name: big provider
    spf_of: [forwarder.example]
  - {networks: 203.0.113.0/24}
rules:
  - name: "null"
    when: {recipient: ["!a@b.example", postmaster]}
    then: {actions: {mail_from: {fail: accept}}, profile: dmarc}
  - then: {skip: false}
`;

async function load(
  files: Readonly<Record<string, string>>,
  more: Omit<Parameters<typeof loadConfig>[0], 'path' | 'files'> = {},
): Promise<LoadedConfig> {
  const loaded = await loadConfig({ path: MAIN, files: filesOf(files), ...more });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value;
}

/** What is printed includes no files: what they say is in it. */
function withoutInclude(config: Config): Config {
  const rules = config.rules.map((rule) => ({ ...rule, config: withoutInclude(rule.config) }));
  return { ...config, include: null, rules };
}

describe('what is in force', () => {
  test.each([
    ['of no file', {}],
    ['of a profile', { [MAIN]: 'profile: dmarc' }],
    ['of everything', { [MAIN]: FULL }],
    [
      'of several files',
      {
        [MAIN]: FULL,
        '/etc/spfwarden/conf.d/a.yml':
          'skip: {networks: 192.0.2.1}\nrules: [{name: b, when: {helo: a.example}, then: {dry_run: true}}]',
      },
    ],
  ])('%s is printed as a file that comes to the same', async (_, files) => {
    const loaded = await load({ [MAIN]: '', ...files });
    const printed = printConfig(loaded);
    const again = await load({ ...files, [MAIN]: printed });
    expect(withoutInclude(again.config)).toStrictEqual(withoutInclude(loaded.config));
    for (const option of OPTION_NAMES)
      expect(printed).toMatch(new RegExp(`^ *${option.replace(/.*\./, '')}:`, 'm'));
    expect(printConfig(await load({ [MAIN]: '', ...files }))).toBe(printed);
  });

  test('of a default that another profile would give is that of the profile', async () => {
    const printed = printConfig(await load({ [MAIN]: 'profile: dmarc\nlisten: {policy: off}' }));
    expect(printed).toMatch(/^ {4}fail: accept +# profile dmarc$/m);
  });

  test('has the origin of each value', async () => {
    const loaded = await load(
      { [MAIN]: FULL, '/etc/spfwarden/conf.d/a.yml': 'skip:\n  networks: [192.0.2.1]\n' },
      {
        environment: { SPFWARDEN_LOG_LEVEL: 'debug' },
        overrides: [{ option: 'dry_run', flag: '--dry-run', value: 'true' }],
      },
    );
    const lines = printConfig(loaded)
      .split('\n')
      .map((line) => line.replace(/ +#/, ' #').trim());
    for (const line of [
      `profile: strict # ${MAIN}:1`,
      'dry_run: true # --dry-run',
      'level: debug # SPFWARDEN_LOG_LEVEL',
      'format: text # built-in',
      'softfail: reject # profile strict',
      'edns: 1232 # built-in',
      'entries: 50000 # built-in',
      `- {socket: /run/policy, mode: "0600", group: 105} # ${MAIN}:7`.replace(
        /^- \{(.*)\}/,
        '- socket: /run/policy',
      ),
      `networks: [loopback, "2001:db8::", 192.0.2.1] # ${MAIN}:12, /etc/spfwarden/conf.d/a.yml:2`,
      `- name: "null" # ${MAIN}:19`,
      'when: {recipient: ["!a@b.example", postmaster]}',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('has no line break that the name of a file smuggles in', async () => {
    const path = '/etc/a\nprofile: monitor';
    const loaded = await loadConfig({ path, files: filesOf({ [path]: 'dry_run: false' }) });
    if (!loaded.ok) throw new Error(printProblems(loaded.error));
    expect(printConfig(loaded.value)).not.toMatch(/^profile: monitor/m);
  });
});
