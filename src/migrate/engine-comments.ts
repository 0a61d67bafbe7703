/** Comments on what policyd-spf and pyspf-milter did otherwise than their manual says, or than we do. */
import type { Draft } from './draft.js';
import type { EngineProgram, GivenOptions } from './engine-file.js';
import { headerKinds, isOn, isTestOnly, listedDomains, prospective, valueOf } from './engine-policy.js';
import { REPLY_RESULTS, type Key } from './keys.js';

/** Adds to a draft whose settings are complete. */
export function commentOnPolicy(program: EngineProgram, options: GivenOptions, draft: Draft): void {
  if (isTestOnly(options)) {
    draft.comment(
      'dry_run',
      `TestOnly = 0 was the test: ${program} refused nothing, but mail that it would have refused got neither header ` +
        'field nor log line. ' +
        (headerKinds(program, options).length > 0
          ? 'Here all results are accepted, logged and told in the header field. For live use set TestOnly = 1 and ' +
            'migrate again.'
          : 'Here the log says what would have been done. For live use delete this line.'),
    );
  }
  const strictWord =
    'SPF_Not_Pass refuses fail, softfail and neutral; the manual says permerror too, which it never did.';
  if (valueOf(options, 'HELO_reject') === 'SPF_Not_Pass') draft.comment('actions.helo.neutral', strictWord);
  if (valueOf(options, 'Mail_From_reject') === 'SPF_Not_Pass')
    draft.comment('actions.mail_from.neutral', strictWord);
  if (valueOf(options, 'HELO_reject') === 'Null') {
    draft.comment('rules', 'HELO_reject = Null: HELO decides for mail with the null sender alone.');
  }
  if (listedDomains(options).length > 0) {
    draft.comment(
      'actions.strict_domains',
      'Reject_Not_Pass_Domains: a domain listed did not cover those below it, but the ones above ("a.example.com" ' +
        'covered "example.com"). Here a domain covers itself and those below.',
    );
  }
  if (isOn(options, 'No_Mail')) {
    draft.comment(
      'actions.only_no_mail_domains',
      'No_Mail: the first TXT record had to be "v=spf1 -all" to the letter; here the record is read as one. With it ' +
        'a permerror was never refused, PermError_reject or not.',
    );
  }
  if (options.has('defaultSeedOnly')) {
    draft.elsewhere.push(
      'defaultSeedOnly: had no effect any more, whatever its value; a test is "dry_run: true".',
    );
  }
  if (prospective(options) !== null) {
    draft.comment(
      'check_as',
      `Prospective: ${program} held its lists of networks against this address, too.`,
    );
  }
  if (options.has('Lookup_Time')) {
    draft.comment(
      'limits.time',
      'Lookup_Time was for HELO and for MAIL FROM each, one after the other. Here both are checked at the same time.',
    );
  }
  if (options.has('Whitelist_Lookup_Time')) {
    draft.comment(
      'limits.time',
      'Whitelist_Lookup_Time was on top of it; here all look-ups share one deadline.',
    );
  }
  const linked = REPLY_RESULTS.map((result): Key => `replies.${result}.text`).find((key) => {
    const text = draft.settings.get(key);
    return typeof text === 'string' && text.includes('openspf.net');
  });
  if (linked === undefined) return;
  draft.comment(
    linked,
    'The page at www.openspf.net is gone since 2019: take the link out, or give one of your own. "s=mfrom" was ' +
      '"s=helo" for the HELO name, "id=" was not escaped, and "r=" was the domain of the recipient.',
  );
  draft.remark(
    options.get('Reason_Message')?.line ?? null,
    'the reply texts link to www.openspf.net, which is gone since 2019; they are kept',
  );
}
