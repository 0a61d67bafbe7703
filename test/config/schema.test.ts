import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

import { OPTION_NAMES, OPTIONS, printSampleFile, printSchema } from '../../src/config/index.js';
import { isValid } from './json-schema.js';

const schema: unknown = JSON.parse(printSchema());

/** What editors make of a file. */
const accepts = (text: string): boolean => isValid(schema, parse(text));

/** Examples of the sample file, without the hashes in front of them. */
const EXAMPLES = OPTION_NAMES.flatMap((name) =>
  (OPTIONS[name].examples ?? []).map((example) => {
    const sections = name.split('.').slice(0, -1);
    const lines = [...sections.map((section, depth) => `${'  '.repeat(depth)}${section}:`)];
    return [...lines, ...example.split('\n').map((line) => '  '.repeat(sections.length) + line)].join('\n');
  }),
);

describe('the schema accepts', () => {
  test('the sample file', () => {
    expect(accepts(printSampleFile())).toBe(true);
  });

  test.each([
    ...EXAMPLES,
    '{}',
    'dns:\nlog:\n',
    'profile: dmarc',
    'dns: {timeout: 500ms, tries: auto, cache: {entries: 0, size: 1GiB}}',
    'dns: {outage_guard: {ratio: 0.5}}',
    'listen: {policy: off}',
    'listen: {milter: [{systemd: milter}, {systemd: a.socket, allow: loopback, name: in}]}',
    'actions: {mail_from: {fail: reject, pass: {postfix: passed_spf}}, helo: {fail: defer}}',
    'replies: {fail: {code: 550, status: 5.7.23, text: "no: %{d}"}}',
    'headers: {add: [received-spf]}',
    'skip: {networks: [loopback, 192.0.2.0/24], senders: example.com}',
    'headers: {tag_subject: [fail], subject_tag: "[SPF]"}',
    'skip: {macros: {daemon_name: [ORIGINATING], auth_ssf: 128, tls: true, auth_type: any}}',
    'rules: [{when: {macros: {daemon_name: MSA}}, then: {skip: true}}]',
    'rules: []',
    'rules: [{name: a, when: {client: 192.0.2.1, authenticated: true}, then: {skip: true}}]',
    'rules: [{when: {sender: ["!a.example", /b/]}, then: {profile: dmarc, actions: {mail_from: {fail: defer}}}}]',
  ])('%j', (text) => {
    expect(accepts(text)).toBe(true);
  });
});

describe('the schema refuses', () => {
  test.each([
    'profil: dmarc',
    'profile: dmrac',
    'dns: {tiemout: 3s}',
    'dns: {cache: {entires: 5}}',
    'dns: 5',
    'dns: {edns: much}',
    'listen: {milter: {systemd: "a:b"}}',
    'listen: {milter: {systemd: a, mode: "0660"}}',
    'actions: {mail_from: {fail: refuse}}',
    'actions: {reject_at: data}',
    'headers: {tag_subject: [sofftail]}',
    'skip: {macros: {daemon_name: []}}',
    'skip: {macros: [daemon_name]}',
    'rules: [{then: {actions: {reject_at: mail}}}]',
    'rules: {then: {skip: true}}',
    'rules: [{when: {}}]',
    'rules: [{then: {skip: maybe}}]',
    'rules: [{then: {listen: {policy: off}}}]',
    'rules: [{when: {sendre: a.example}, then: {skip: true}}]',
    'rules: [{whne: {}, then: {skip: true}}]',
  ])('%j', (text) => {
    expect(accepts(text)).toBe(false);
  });
});

test('every option has its documentation in the schema', () => {
  for (const name of OPTION_NAMES) {
    const keys = name.split('.').flatMap((key) => ['properties', key]);
    expect(schema).toHaveProperty([...keys, 'description'], OPTIONS[name].doc.join(' '));
  }
});
