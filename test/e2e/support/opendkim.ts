/** A real OpenDKIM in the lab: a milter that signs what one client sends, and verifies what all others do. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import type { Lab } from './lab.js';

const PORT = 8891;
const SELECTOR = 'lab';

/** The filter as smtpd_milters names it. */
export const OPENDKIM = `inet:127.0.0.1:${PORT}`;

/** Whose mail is signed for a domain, with which key. */
export interface DkimSigner {
  readonly domain: string;
  /** The client whose mail is signed. */
  readonly client: string;
  /** In PEM. */
  readonly key: string;
  /** The lines of the zone that tell the public key (RFC 6376 §3.6.1). */
  readonly zone: string;
}

/** Makes a key for a domain. */
export function dkimSigner(domain: string, client: string): DkimSigner {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 1024, // one character-string is enough for it
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const record = `"v=DKIM1; k=rsa; p=${publicKey.toString('base64')}"`;
  return { domain, client, key: privateKey, zone: `${SELECTOR}._domainkey.${domain}. TXT ${record}\n` };
}

/** Starts it and waits until it listens; it says that its results are from `authservId`. */
export async function startOpendkim(lab: Lab, authservId: string, signer: DkimSigner): Promise<void> {
  const key = lab.path('opendkim.key');
  writeFileSync(key, signer.key, { mode: 0o600 });
  const conf = lab.write(
    'opendkim.conf',
    `AuthservID ${authservId}
Background false
Domain ${signer.domain}
InternalHosts ${lab.write('opendkim.internal', `${signer.client}\n`)}
KeyFile ${key}
Mode sv
Nameservers 127.0.0.1
RequireSafeKeys false
Selector ${SELECTOR}
Socket inet:${PORT}@127.0.0.1
Syslog false
`,
  );
  const opendkim = await lab.start('opendkim', ['opendkim', '-f', '-x', conf]);
  await lab.listening(opendkim, PORT);
}
