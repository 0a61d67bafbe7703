/** A real OpenDMARC in the lab: a milter that finds SPF results in header fields, and says what DMARC makes of them. */
import type { Lab } from './lab.js';
import { fields } from './postfix.js';

const PORT = 8893;

/** The filter as smtpd_milters names it. */
export const OPENDMARC = `inet:127.0.0.1:${PORT}`;

/**
 * Starts it and waits until it listens. It believes the fields that say they are from `authservId`, checks no SPF by
 * itself and refuses nothing. Its questions go where the lab's resolv.conf sends them.
 */
export async function startOpendmarc(lab: Lab, authservId: string): Promise<void> {
  const conf = lab.write(
    'opendmarc.conf',
    `AuthservID ${authservId}
TrustedAuthservIDs ${authservId}
Background false
PidFile ${lab.path('opendmarc.pid')}
RejectFailures false
Socket inet:${PORT}@127.0.0.1
SPFIgnoreResults false
SPFSelfValidate false
Syslog false
`,
  );
  const opendmarc = await lab.start('opendmarc', ['opendmarc', '-f', '-c', conf]);
  await lab.listening(opendmarc, PORT);
}

/** What it wrote into a delivered message: `pass`, `fail`, or another result of RFC 7489 §11.2. */
export function dmarcOf(message: string): string {
  const found = fields(message).flatMap(({ name, value }) => {
    const result = name === 'Authentication-Results' ? /;\s*dmarc=([a-z]+)/.exec(value)?.[1] : undefined;
    return result === undefined ? [] : [result];
  });
  if (found.length !== 1) throw new Error(`${found.length} DMARC results in\n${message}`);
  return found.join();
}
