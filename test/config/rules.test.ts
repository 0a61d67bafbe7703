import { describe, expect, test } from '@jest/globals';

import { loadConfig, printProblems, type Config, type Override } from '../../src/config/index.js';
import { filesOf } from './files.js';

interface Scene {
  readonly base?: string;
  readonly rules: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly overrides?: readonly Override[];
}

async function load({ base = '', rules, environment = {}, overrides = [] }: Scene): Promise<Config> {
  const files = filesOf({ f: `${base}\nrules:\n${rules}\n` });
  const loaded = await loadConfig({ path: 'f', environment, overrides, files });
  if (!loaded.ok) throw new Error(printProblems(loaded.error));
  return loaded.value.config;
}

/** The problems of `rules:`, the first of which is in the second line. */
async function problemsOf(rules: string): Promise<readonly string[]> {
  const loaded = await loadConfig({ path: 'f', files: filesOf({ f: `rules:\n${rules}\n` }) });
  const text = printProblems(loaded.ok ? loaded.value.remarks : loaded.error);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^f:/, '').replace(/ {2,}/, '  '));
}

const NOTHING = {
  client: null,
  sender: null,
  helo: null,
  recipient: null,
  listener: null,
  policyContext: null,
  authenticated: null,
  nullSender: null,
  macros: null,
};

describe('a rule', () => {
  test('has a name, a condition and a whole configuration', async () => {
    const { rules, ...base } = await load({
      base: 'limits: {void: 3}',
      rules: '  - {name: a, when: {authenticated: true}, then: {actions: {mail_from: {fail: defer}}}}',
    });
    expect(rules).toStrictEqual([
      {
        name: 'a',
        when: { ...NOTHING, authenticated: true },
        skip: null,
        config: { ...base, rules: [], 'actions.mail_from.fail': 'defer' },
      },
    ]);
    expect(Object.isFrozen(rules[0]?.config)).toBe(true);
  });

  test.each([
    ['no condition', '  - {then: {skip: true}}', { name: 'rule 1', when: NOTHING, skip: true }],
    ['an empty one', '  - {when: {}, then: {skip: false}}', { when: NOTHING, skip: false }],
    ['nothing but its place', '  - then: {}', { name: 'rule 1', skip: null }],
  ])('can have %s', async (_, rules, expected) => {
    expect((await load({ rules })).rules).toMatchObject([expected]);
  });

  test('is named after its place, if it has no name', async () => {
    const rules = '  - {name: x, when: {sender: a.example}, then: {}}\n  - then: {}';
    expect((await load({ rules })).rules.map(({ name }) => name)).toStrictEqual(['x', 'rule 2']);
  });
});

test('a rule has a level of the log, and what is logged otherwise is as it was', async () => {
  const rules = '  - then: {log: {level: error}}\n  - then: {limits: {void: 3}}';
  const config = await load({ base: 'log: {level: notice}', rules });
  expect(config['log.level']).toBe('notice');
  expect(config.rules.map((rule) => rule.config['log.level'])).toStrictEqual(['error', 'notice']);
});

test.each([
  [
    '{level: loud}',
    '2:25  rules[0].then.log.level: "loud" is not known here; one of error, warning, notice, info, debug',
  ],
  [
    '{to: stderr}',
    '2:18  rules[0].then.log.to: not possible in a rule; it is the same for all mail; the keys here are: level',
  ],
])('log: %s is refused in a rule', async (log, problem) => {
  expect(await problemsOf(`  - then: {log: ${log}}`)).toContain(problem);
});

describe('a profile in a rule', () => {
  const FAIL = 'actions.mail_from.fail';
  const SOFTFAIL = 'actions.mail_from.softfail';

  test.each<[string, Scene, Partial<Record<keyof Config, unknown>>]>([
    [
      'stands for all that profiles say',
      { base: 'profile: strict', rules: '  - then: {profile: monitor}' },
      { profile: 'monitor', [FAIL]: 'reject', [SOFTFAIL]: 'accept', dry_run: true },
    ],
    [
      'stands over what is said for all mail',
      { base: 'actions: {mail_from: {fail: defer}}', rules: '  - then: {profile: strict}' },
      { [FAIL]: 'reject', [SOFTFAIL]: 'reject' },
    ],
    [
      'stands below what the rule says itself',
      { rules: '  - then: {profile: strict, actions: {mail_from: {fail: accept}}}' },
      { [FAIL]: 'accept', [SOFTFAIL]: 'reject' },
    ],
    [
      'leaves the rest as it is',
      { base: 'limits: {void: 7}', rules: '  - then: {profile: strict}' },
      { 'limits.void': 7, dry_run: false },
    ],
    [
      'ends the dry run of another profile',
      { base: 'profile: monitor', rules: '  - then: {profile: strict}' },
      { dry_run: false, [FAIL]: 'reject' },
    ],
    [
      'but none that was asked for',
      { base: 'dry_run: true', rules: '  - then: {profile: strict}' },
      { dry_run: true },
    ],
    [
      'and begins one that the file excluded',
      { base: 'dry_run: false', rules: '  - then: {profile: monitor}' },
      { dry_run: true },
    ],
    [
      'and one that the environment excluded',
      { environment: { SPFWARDEN_DRY_RUN: 'false' }, rules: '  - then: {profile: monitor}' },
      { dry_run: true },
    ],
  ])('%s', async (_, scene, expected) => {
    expect((await load(scene)).rules[0]?.config).toMatchObject(expected);
  });
});

describe('a dry run', () => {
  const RULES = '  - then: {dry_run: false}';

  test.each(['dry_run: true', 'profile: monitor'])('of a rule wins over %s of the file', async (base) => {
    expect((await load({ base, rules: RULES })).rules[0]?.config.dry_run).toBe(false);
  });

  test('that the environment excludes can be that of a rule', async () => {
    const environment = { SPFWARDEN_DRY_RUN: 'false' };
    const rules = '  - then: {dry_run: true}';
    expect((await load({ environment, rules })).rules[0]?.config.dry_run).toBe(true);
  });

  describe.each<[string, Pick<Scene, 'environment' | 'overrides'>]>([
    ['command line', { overrides: [{ option: 'dry_run', flag: '--dry-run', value: 'true' }] }],
    ['environment', { environment: { SPFWARDEN_DRY_RUN: 'true' } }],
  ])('of the %s wins', (_, asked) => {
    test.each([RULES, '  - then: {profile: standard}', '  - then: {skip: false}'])(
      'over %s',
      async (rules) => {
        expect((await load({ ...asked, rules })).rules[0]?.config.dry_run).toBe(true);
      },
    );
  });
});

describe('what is wrong with a rule is told with its place', () => {
  test.each([
    [
      '  - {when: {sender: a.example}, then: {actions: {mail_from: {fail: sofail}}}}',
      /^2:68 {2}rules\[0\]\.then\.actions\.mail_from\.fail: "sofail"/,
    ],
    [
      '  - {then: {profile: strikt}}',
      /^2:22 {2}rules\[0\]\.then\.profile: "strikt" .* did you mean "strict"\?$/,
    ],
    [
      '  - {then: {listen: {policy: off}}}',
      /^2:13 {2}rules\[0\]\.then\.listen: not possible in a rule; it is the same for all mail; the keys here are: skip, /,
    ],
    [
      '  - {then: {skip: {networks: loopback}}}',
      '2:19  rules[0].then.skip: expected true or false, found keys',
    ],
    ['  - {then: {actoins: {}}}', '2:13  rules[0].then.actoins: unknown key; did you mean "actions"?'],
    [
      '  - {when: {recipient: postmaster}}',
      /^2:5 {2}rules\[0\]: the rule does not say what to do; "then" holds: skip, /,
    ],
    ['  - {then: [skip]}', /^2:12 {2}rules\[0\]\.then: expected keys; "then" holds: skip, /],
    ['  - {whne: {}, then: {}}', '2:6  rules[0].whne: unknown key; did you mean "when"?'],
    ['  - {skip: true, then: {}}', '2:6  rules[0].skip: unknown key; write it below "then"'],
    ['  - {sender: a.example, then: {}}', '2:6  rules[0].sender: unknown key; write it below "when"'],
    ['  - {colour: red, then: {}}', '2:6  rules[0].colour: unknown key; a rule has: name, when, then'],
    ['  - {name: [a], then: {}}', '2:12  rules[0].name: expected a name, found a list'],
    [
      '  - {name: "a\\nb", then: {}}',
      '2:12  rules[0].name: "a\\nb" is not the name of a rule; one line, at most 100 characters',
    ],
    ...['\\u202e', '\\u200b', '\\u001b'].map((character): [string, RegExp] => [
      `  - {name: "a${character}b", then: {}}`,
      /^2:12 {2}rules\[0\]\.name: .* is not the name of a rule; one line, /,
    ]),
    [
      '  - skip',
      '2:5  rules[0]: expected a rule, found a value; a rule is {name: ..., when: {...}, then: {...}}',
    ],
    [
      '  {then: {skip: true}}',
      '2:3  rules: expected a list of rules, found keys; begin each rule with a hyphen',
    ],
  ])('%j', async (rules, expected) => {
    const lines = await problemsOf(rules);
    expect(lines).toHaveLength(1);
    if (typeof expected === 'string') expect(lines[0]).toBe(expected);
    else expect(lines[0]).toMatch(expected);
  });

  test('a name is the name of one rule', async () => {
    const lines = await problemsOf(
      '  - {name: a, when: {sender: a.example}, then: {}}\n  - {name: a, then: {}}',
    );
    expect(lines).toStrictEqual([
      '3:12  rules[1].name: "a" is the name of the rule in f:2 too; the log tells rules by their names',
    ]);
  });

  test('a thousand rules are enough', async () => {
    const rule = (i: number): string => `  - {when: {sender: s${i}.example}, then: {skip: true}}\n`;
    const rules = (count: number): string => Array.from({ length: count }, (_, i) => rule(i)).join('');
    expect(await problemsOf(rules(1000))).toStrictEqual([]);
    expect(await problemsOf(rules(1001))).toStrictEqual([
      '2:3  rules: 1001 rules are too many; at most 1000',
    ]);
  });
});

describe('a rule for a listener', () => {
  const rules = 'rules: [{when: {listener: [inbound, "!other"]}, then: {skip: true}}]';

  test.each([
    ['that has its name', 'listen: {policy: {tcp: 127.0.0.1:1, name: inbound}}', []],
    [
      'that there is not',
      'listen: {policy: {tcp: 127.0.0.1:1, name: outbound}}',
      ['2:9  warning: rules[0]: no listener has the name "inbound"; the names are: outbound'],
    ],
    [
      'where none has a name',
      '',
      ['2:9  warning: rules[0]: no listener has the name "inbound"; give one a name in its long form'],
    ],
  ])('%s', async (_, base, expected) => {
    const loaded = await loadConfig({ path: 'f', files: filesOf({ f: `${base}\n${rules}` }) });
    expect(loaded.ok).toBe(true);
    if (!loaded.ok) return;
    const lines = printProblems(loaded.value.remarks).split('\n').slice(0, -1);
    expect(lines.map((line) => line.slice('f:'.length))).toStrictEqual(expected);
  });
});

describe('a rule that never applies', () => {
  const LAST = '  - {name: last, when: {client: 203.0.113.7, sender: user@a.example}, then: {skip: true}}';

  test.each([
    ['{}', true],
    ['{client: 203.0.113.0/24}', true],
    ['{client: [192.0.2.1, "203.0.113.7"]}', true],
    ['{sender: a.example}', true],
    ['{sender: user@a.example}', true],
    ['{sender: .example}', true],
    ['{sender: user}', true],
    ['{sender: a.example, client: 203.0.113.0/28}', true],
    ['{client: 203.0.113.8}', false],
    ['{client: 203.0.113.7, helo: a.example}', false],
    ['{sender: other@a.example}', false],
    ['{sender: .a.example}', false],
    ['{sender: ["!b.example"]}', false], // it does, but that is more than keys tell
    ['{authenticated: true}', false],
    ['{recipient: postmaster}', false],
  ])('after %s: %s', async (when, expected) => {
    const lines = await problemsOf(`  - {name: first, when: ${when}, then: {profile: strict}}\n${LAST}`);
    const reason = when === '{}' ? 'has no condition' : 'covers it';
    const line = `3:5  warning: rules[1]: the rule "last" never applies: "first", line 2, stands before it and ${reason}; the first rule that fits is taken; put the narrower one first`;
    expect(lines).toStrictEqual(expected ? [line] : []);
  });
});
