import { describe, expect, test } from '@jest/globals';

import { loadConfig, printProblems } from '../../src/config/index.js';
import { filesOf } from './files.js';

async function problemsOf(
  text: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const loaded = await loadConfig({ path: 'f', files: filesOf({ f: text, ...files }) });
  return printProblems(loaded.ok ? loaded.value.remarks : loaded.error)
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^f:/, '').replace(/ {2,}/, '  '));
}

/** One rule, whose `then` begins in line 1, column 21. */
const rule = (then: string): string => `rules: [{name: r, then: {${then}}}]`;

const REJECT_DEFER = 'write "defer"; or give replies.temperror a code 5xx and a status 5.x.x';
const DIGITS =
  'codes 4xx have a status 4.x.x and are for now, codes 5xx have a status 5.x.x and are for good';
const LONG = `${'x'.repeat(370)}%{record}`;

describe('values that are right alone and wrong together', () => {
  test.each([
    [
      'code and status',
      'replies: {fail: {code: 550, status: 4.7.23}}',
      `1:37  replies.fail.status: the code 550 and the status 4.7.23 begin with different digits; ${DIGITS}`,
    ],
    [
      'code and the default status',
      'replies: {softfail: {code: 450}}',
      `1:28  replies.softfail.code: the code 450 and the status 5.7.23 begin with different digits; ${DIGITS}`,
    ],
    [
      'a refusal for good with a code for now',
      'actions: {mail_from: {temperror: reject}}',
      `1:34  actions.mail_from.temperror: "reject" is for good, and replies.temperror.code is 451; ${REJECT_DEFER}`,
    ],
    [
      'the same with iprev',
      'iprev: {actions: {fail: reject}, check: true}\nreplies: {iprev: {code: 450, status: 4.7.25}}',
      '1:25  iprev.actions.fail: "reject" is for good, and replies.iprev.code is 450; write "defer"; or give replies.iprev a code 5xx and a status 5.x.x',
    ],
    [
      'a code for now with an action of the profile',
      'replies: {fail: {code: 450, status: 4.7.23}}',
      '1:24  replies.fail.code: "reject" is for good, and replies.fail.code is 450; write "defer"; or give replies.fail a code 5xx and a status 5.x.x',
    ],
    [
      'a long text',
      `replies: {fail: {text: "${LONG}"}}`,
      '1:24  warning: replies.fail.text: with macros of common length the reply has 468 octets, and is cut at 450; make it shorter',
    ],
    [
      'HELO decides, and DMARC follows',
      'profile: dmarc\nlisten: {policy: off}\nchecks: {helo_decides: [fail]}',
      '3:24  warning: checks.helo_decides: DMARC needs the result of MAIL FROM, and HELO ends the check before it; leave it empty with the profile dmarc',
    ],
    [
      'Authentication-Results over policy',
      'headers: {add: [received-spf, authentication-results]}',
      '1:16  warning: headers.add: over listen.policy, forged Authentication-Results with our name stay in the message: only a milter can remove them; Postfix would have to drop them, by header_checks',
    ],
    [
      'time for a command that is longer than Sendmail waits',
      'limits: {stage_time: 10s}',
      '1:22  warning: limits.stage_time: Sendmail waits only 10 seconds for an answer, if R is not set in INPUT_MAIL_FILTER; with Postfix stay below 30s',
    ],
    [
      'one address for both protocols',
      'listen: {policy: 127.0.0.1:8895, milter: 127.0.0.1:8895}',
      '1:42  listen.milter: 127.0.0.1 port 8895 is listened on twice; remove one of them',
    ],
    [
      'one socket of systemd for both protocols',
      'listen: {policy: {systemd: a}, milter: [{systemd: b}, {systemd: a}]}',
      '1:55  listen.milter[1]: the socket "a" of systemd is listened on twice; remove one of them',
    ],
    [
      'forwarders for whom nothing is done',
      'actions: {helo: {fail: accept}, mail_from: {fail: accept}}\nforwarders: [{name: a, networks: [192.0.2.1]}]',
      '2:13  note: forwarders: forwarders change nothing: no fail, softfail or neutral stops mail',
    ],
    [
      'nothing that is checked',
      'checks: {helo: false, mail_from: false}',
      '1:34  warning: checks.mail_from: nothing is checked: neither HELO nor MAIL FROM; set one of the two to true',
    ],
    ...(['fail', 'softfail', 'permerror', 'temperror'] as const).map((result) => [
      `an action for Postfix alone where mail with ${result} is let go on by the other protocol`,
      `actions:\n  mail_from:\n    ${result}: {postfix: x}\nlisten: {milter: 127.0.0.1:1}`,
      `3:${result.length + 7}  warning: actions.mail_from.${result}: over listen.milter such mail goes on: only Postfix as a policy client takes {postfix: ...}; write "listen: {milter: off}", or another action`,
    ]),
    [
      'an action for the names of a client that are not looked up',
      'iprev: {actions: {permerror: reject}}',
      '1:30  note: iprev.actions.permerror: it changes nothing while iprev.check is false',
    ],
    [
      'a name to match that is not looked up',
      'iprev: {match_sender: true}',
      '1:23  note: iprev.match_sender: it changes nothing while iprev.check is false',
    ],
    [
      'a mark for subjects without a milter',
      'listen: {milter: off}\nheaders: {tag_subject: [fail]}',
      '2:24  note: headers.tag_subject: it changes nothing while listen.milter is off: only a milter can mark a subject',
    ],
    [
      'a condition for senders of which there are none',
      'skip: {senders_only_if_pass: true}',
      '1:30  note: skip.senders_only_if_pass: it changes nothing without skip.senders',
    ],
    [
      'a rule by macros without a milter',
      'listen: {milter: off}\nrules: [{name: a, when: {macros: {daemon_name: x}}, then: {skip: true}}]',
      '2:9  note: rules[0]: the rule "a" never applies: it is by macros, and listen.milter is off',
    ],
    [
      'times to live',
      'dns: {cache: {min_ttl: 1h, max_ttl: 1m}}',
      '1:24  dns.cache.min_ttl: min_ttl is more than max_ttl; raise the one or lower the other',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await problemsOf(text)).toStrictEqual([expected]);
  });

  test.each([
    'replies: {fail: {code: 450, status: 4.7.23}}\nactions: {helo: {fail: defer}, mail_from: {fail: defer}}',
    'actions: {mail_from: {temperror: reject}}\nreplies: {temperror: {code: 551, status: 5.7.24}}',
    'listen: {milter: off}\nactions: {mail_from: {fail: quarantine, softfail: {postfix: hold_it}}}',
    'actions: {mail_from: {pass: {postfix: passed_spf}, neutral: {postfix: greylist}}}',
    'checks: {helo: false}',
    'checks: {mail_from: false}',
    'checks: {helo: false, mail_from: false}\niprev: {check: true}',
    'iprev: {check: true, match_sender: true, actions: {fail: reject}}',
    'iprev: {actions: {fail: reject, pass: accept}}\nrules: [{then: {iprev: {check: true}}}]',
    'iprev: {check: true, actions: {fail: reject}}\nrules: [{then: {iprev: {check: false}}}]',
    'headers: {tag_subject: fail}',
    'headers: {tag_subject: off}\nlisten: {milter: off}',
    'skip: {senders_only_if_pass: true, senders: a.example}',
    'rules: [{when: {macros: {daemon_name: x}}, then: {skip: true}}]',
    'check_as: 192.0.2.10',
    'profile: dmarc',
    'limits: {stage_time: 9999ms}',
    'listen: {policy: 127.0.0.1:0, milter: 127.0.0.1:0}',
    'listen: {milter: {tcp: 127.0.0.1:1, name: inbound}}\nrules: [{when: {listener: inbound}, then: {skip: true}}]',
    'limits: {stage_time: 10s}\nlisten: {milter: off}',
    'headers: {add: authentication-results}\nlisten: {policy: off}',
    'forwarders: [{name: a, networks: [192.0.2.1]}]',
  ])('and not with %j', async (text) => {
    expect(await problemsOf(text)).toStrictEqual([]);
  });
});

describe('the same in a rule', () => {
  test.each([
    [
      rule('actions: {mail_from: {temperror: reject}}'),
      `1:59  rules[0].then.actions.mail_from.temperror: "reject" is for good, and replies.temperror.code is 451; ${REJECT_DEFER}`,
    ],
    [
      rule('replies: {fail: {status: 4.7.23}}'),
      `1:51  rules[0].then.replies.fail.status: the code 550 and the status 4.7.23 begin with different digits; ${DIGITS}`,
    ],
    [
      rule('limits: {time: 100s}'),
      '1:41  warning: rules[0].then.limits.time: Postfix waits only 100 seconds for an answer; stay well below, 20s is good',
    ],
  ])('%s', async (text, expected) => {
    expect(await problemsOf(text)).toStrictEqual([expected]);
  });

  test('what the rule says itself, and has no effect', async () => {
    expect(await problemsOf(rule('iprev: {match_sender: true, actions: {}}'))).toStrictEqual([
      '1:48  note: rules[0].then.iprev.match_sender: it changes nothing while iprev.check is false',
    ]);
  });

  test('but what is wrong for all mail is told once', async () => {
    expect(await problemsOf(`limits: {time: 100s}\n${rule('skip: false')}`)).toHaveLength(1);
  });
});

describe('names of macros', () => {
  const macros = (from: number, to: number): string =>
    `{${Array.from({ length: to - from }, (_, i) => `m${from + i}: x`).join(', ')}}`;
  const skip = `skip: {macros: ${macros(0, 20)}}\n`;
  const rules = (to: number): string =>
    [macros(10, 25), macros(0, 20), macros(25, to), macros(0, 1)]
      .map((each, i) => `  - {when: {listener: a, macros: ${each}, null_sender: ${i % 2 === 0}}, then: {}}\n`)
      .join('');
  const listen = 'listen: {milter: {tcp: 127.0.0.1:1, name: a}}\n';

  test('can be forty', async () => {
    expect(await problemsOf(`${listen}${skip}rules:\n${rules(40)}`)).toStrictEqual([]);
  });

  test('and no more', async () => {
    expect(await problemsOf(`${listen}${skip}rules:\n${rules(41)}`)).toStrictEqual([
      '6:5  rules[2]: skip.macros and the rules up to here name 41 different macros; at most 40: mail servers do not send more',
    ]);
  });
});

describe('skip.senders_file', () => {
  const FILE = '/etc/spfwarden/senders';
  const OPTION = `skip:\n  senders: [one.example]\n  senders_file: ${FILE}\n`;

  test('adds its lines to skip.senders', async () => {
    const content = '# ours\nuser@two.example # a colleague\n\n  .three.example\r\n/^bounce#.*/\npostmaster';
    const loaded = await loadConfig({ path: 'f', files: filesOf({ f: OPTION, [FILE]: content }) });
    if (!loaded.ok) throw new Error(printProblems(loaded.error));
    expect(loaded.value.config['skip.senders'].map(({ kind }) => kind)).toStrictEqual([
      'domain',
      'address',
      'below',
      'expression',
      'local-part',
    ]);
  });

  test.each([
    [OPTION, {}, [`3:17  skip.senders_file: ${FILE} cannot be read: there is no such file`]],
    [
      OPTION,
      { [FILE]: 'x.example\n'.repeat(100_001) },
      [`3:17  skip.senders_file: ${FILE} has more than 100000 lines`],
    ],
    [OPTION, { [FILE]: '#'.repeat(9 << 20) }, [`3:17  skip.senders_file: ${FILE} larger than 8 MiB`]],
    [OPTION, { [FILE]: 'good.example\n\n  a..example\n' }, [new RegExp(`^${FILE}:3:3 {2}"a\\.\\.example" `)]],
  ])('%#: is told with its place', async (text, files, expected) => {
    const lines = await problemsOf(text, files);
    expect(lines).toStrictEqual(
      expected.map((line) => (line instanceof RegExp ? expect.stringMatching(line) : line)),
    );
  });

  test('can have a hundred thousand lines', async () => {
    const content = Array.from({ length: 100_000 }, (_, i) => `d${i}.example\n`).join('');
    expect(await problemsOf(OPTION, { [FILE]: content })).toStrictEqual([]);
  });
});
