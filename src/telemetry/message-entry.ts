/** The line of one message: whether it has one, and what it says. */
import type { Event } from '../events/index.js';
import { textOf, type Octets } from '../util/index.js';
import type { Entry } from './entry.js';
import { given } from './fact.js';
import type { ChangeableSettings } from './settings.js';

export type Judged = Extract<Event, { readonly kind: 'message-judged' }>;

/** Whether `results` lets the message have a line. What was not let through at once always has one. */
export function isWanted(event: Judged, { results }: ChangeableSettings): boolean {
  if (results === 'all') return true;
  const { action, heloResult, mailFromResult } = event;
  if (action === 'reject' || action === 'defer' || action === 'hold') return true;
  return (
    (heloResult !== null && results.has(heloResult)) ||
    (mailFromResult !== null && results.has(mailFromResult))
  );
}

/** The order of the facts is that of the documented line: what comes new goes to its end. */
export function messageEntry(event: Judged, { queueId, recipients }: ChangeableSettings): Entry {
  const isQueued = event.queueId !== '';
  const id = isQueued ? textOf(event.queueId) : 'NOQUEUE';
  return {
    level: 'info',
    event: event.kind,
    id: queueId ? id : null,
    words: 'spf',
    action: event.action,
    facts: [
      ['client', textOf(event.client)],
      ['helo', textOf(event.helo)],
      ['sender', textOf(event.sender)],
      given('helo_result', event.heloResult),
      given('mail_from', event.mailFromResult),
      ['why', event.why],
      given('instance', isQueued ? null : textUnlessEmpty(event.instance)),
      given('dry_run', event.dryRun ? true : null),
      ['ms', Math.round(event.durationMs * 10) / 10],
      given('recipient', textUnlessEmpty(shown(event.recipient, recipients))),
      given('rule', event.rule),
      given('iprev', event.iprevResult),
    ],
  };
}

function textUnlessEmpty(value: Octets): string | null {
  return value === '' ? null : textOf(value);
}

/** As much of the recipient as may be seen. The domain follows the last `@`; without one there is none, and
 *  the name of a local user is not shown in its place. */
function shown(recipient: Octets, recipients: ChangeableSettings['recipients']): Octets {
  switch (recipients) {
    case 'none':
      return '' as Octets;
    case 'domain': {
      const at = recipient.lastIndexOf('@');
      return (at < 0 ? '' : recipient.slice(at + 1)) as Octets;
    }
    case 'full':
      return recipient;
  }
}
