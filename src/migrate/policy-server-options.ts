/** What policyd-spf has beyond pyspf-milter. */
import type { Draft } from './draft.js';
import type { GivenOptions } from './engine-file.js';
import { valueOf } from './engine-policy.js';
import { plainText } from './shown.js';

/** Adds to a draft that already has what both programs have in common. */
export function migratePolicyServerOptions(options: GivenOptions, draft: Draft): void {
  draft.set('listen.milter', 'off');
  draft.set(
    'skip.authenticated',
    false,
    'policyd-spf checked authenticated senders too; restrictions before it (permit_sasl_authenticated) kept them away.',
  );
  if (draft.settings.has('replies.temperror.text')) {
    draft.set('replies.temperror.code', 450);
  }
  if (valueOf(options, 'Hide_Receiver') === 'No') {
    draft.comment(
      'headers.receiver',
      'Hide_Receiver = No told the domain of the recipient; here it is the name of this host.',
    );
  } else {
    draft.set('headers.receiver', 'unknown');
  }
  if (valueOf(options, 'Mock') !== '') {
    draft.elsewhere.push(
      `Mock = ${plainText(valueOf(options, 'Mock'))}: any value was on, and then nothing was checked. Take the ` +
        'check_policy_service of this file out of main.cf.',
    );
  }
  if (/[A-Z]/.test(valueOf(options, 'HELO_Whitelist'))) {
    draft.comment(
      'skip.helo_names',
      'Names with capital letters never matched; here case makes no difference.',
    );
  }
  if (valueOf(options, 'HELO_pass_restriction') !== '') {
    draft.comment(
      'actions.helo.pass',
      'HELO_pass_restriction went before a refusal because of MAIL FROM; where MAIL FROM passed too, and had no ' +
        'restriction of its own, Postfix was given the word "None" and answered 451. Here a refusal goes first.',
    );
  }
}
