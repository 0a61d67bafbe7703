/** The line of one message: whether it has one, and what it says. */
import type { Event } from '../events/index.js';
import { textOf, type Octets } from '../util/index.js';
import type { Entry, Value } from './entry.js';
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
  const facts: [string, Value][] = [
    ['client', textOf(event.client)],
    ['helo', textOf(event.helo)],
    ['sender', textOf(event.sender)],
  ];
  if (event.heloResult !== null) facts.push(['helo_result', event.heloResult]);
  if (event.mailFromResult !== null) facts.push(['mail_from', event.mailFromResult]);
  facts.push(['why', event.why]);
  if (event.queueId === '' && event.instance !== '') facts.push(['instance', textOf(event.instance)]);
  if (event.dryRun) facts.push(['dry_run', true]);
  facts.push(['ms', Math.round(event.durationMs * 10) / 10]);
  const recipient = shown(event.recipient, recipients);
  if (recipient !== '') facts.push(['recipient', textOf(recipient)]);
  if (event.rule !== null) facts.push(['rule', event.rule]);
  if (event.iprevResult !== null) facts.push(['iprev', event.iprevResult]);
  const id = event.queueId === '' ? 'NOQUEUE' : textOf(event.queueId);
  const { kind, action } = event;
  return { level: 'info', event: kind, id: queueId ? id : null, words: 'spf', action, facts };
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
