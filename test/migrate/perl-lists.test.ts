/** The lists of the Perl policy server. */
import { expect, test } from '@jest/globals';

import { migrate } from '../../src/migrate/index.js';
import { expectRow, migrated, reading } from './migrated.js';

test('what the program does by itself', async () => {
  expect((await migrated('perl-addresses', [])).settings).toEqual([
    { key: 'listen.milter', value: 'off' },
    { key: 'actions.mail_from.temperror', value: 'defer' },
    { key: 'actions.helo.temperror', value: 'defer' },
    {
      key: 'replies.fail.text',
      value: 'Please see http://www.openspf.org/Why?s=mfrom;id=%{S};ip=%{C};r=%{R}',
    },
    { key: 'replies.fail.text_exp', value: '%{exp}' },
    { key: 'replies.temperror.code', value: 450 },
    { key: 'replies.temperror.text', value: 'SPF-Result=%{reason}' },
    { key: 'replies.enhanced_status', value: false },
    { key: 'headers.add', value: ['received-spf'] },
    { key: 'headers.identities', value: 'deciding' },
    { key: 'skip.authenticated', value: false },
    { key: 'skip.private_clients', value: 'check' },
    { key: 'log.to', value: 'syslog' },
  ]);
});

test('P-05 addresses, at blanks and commas', async () => {
  await expectRow('perl-addresses', {
    about: '',
    from: ['192.0.2.1, 198.51.100.0/24\t2001:db8::', '# x', 'foo'],
    to: ['networks: [loopback, 192.0.2.1, 198.51.100.0/24, "2001:db8::"]'],
    remarks: [[3, '"foo" cannot be used']],
  });
});

test('P-06 sender domains, whose case counted', async () => {
  await expectRow('perl-domains', {
    about: '',
    from: ['a.example', 'B.example'],
    to: ['senders: [a.example, b.example]'],
    says: ['Capital letters counted there'],
  });
});

test('P-09 no other result is refused, no status code given', async () => {
  await expectRow('perl-domains', {
    about: '',
    from: [],
    to: ['enhanced_status: false'],
    without: ['permerror', 'softfail'],
  });
});

test.each([
  ['/etc/postfix/exempt_spf_addresses', '192.0.2.1\n'],
  ['/etc/postfix/exempt_spf_domains', 'a.example\nb c\n'],
])('%s is read with the other list beside it', (path, text) => {
  const files = reading({
    '/etc/postfix/exempt_spf_addresses': '192.0.2.1\nfoo\n',
    '/etc/postfix/exempt_spf_domains': 'a.example\n',
  });
  const result = migrate({ path, text, format: null }, files);
  if (!result.ok) throw new Error(result.error.message);
  const { settings } = result.value;
  expect(settings).toContainEqual({ key: 'skip.networks', value: ['loopback', '192.0.2.1'] });
  expect(settings).toContainEqual({ key: 'skip.senders', value: ['a.example'] });
});
