/** Header fields as we print them, about mail of the tests' client. */
import {
  authservId,
  printAuthenticationResults,
  printReceivedSpf,
  printUncheckedAuthenticationResults,
  printUncheckedReceivedSpf,
  type AuthenticationResult,
  type AuthenticationResultsField,
  type AuthservId,
  type IprevEntry,
  type ReceivedSpfField,
  type SpfEntry,
} from '../../../src/header/index.js';
import { domainName, IpAddress, type DomainName } from '../../../src/net/index.js';
import { splitAddress, type SpfIdentity, type SpfResult } from '../../../src/smtp/index.js';
import { octetsOfText } from '../../../src/util/index.js';
import { CLIENT, nameFor } from './zone.js';

/** Who prints: the daemon's hostname. */
export const RECEIVER = 'mx.lab.example';
/** What they are about, if nothing else is said. */
export const HELO = nameFor('pass', 'helo');
export const DOMAIN = nameFor('pass', 'mail');
export const USER = `user@${DOMAIN}`;
export const NULL_SENDER = '';

export function receivedSpf(identity: SpfIdentity, result: SpfResult, from = USER): ReceivedSpfField {
  return printReceivedSpf({
    result,
    identity,
    domain: nameOf(identity === 'helo' ? HELO : domainOf(from)),
    client: address(CLIENT),
    helo: octetsOfText(HELO),
    sender: splitAddress(octetsOfText(from)),
    receiver: RECEIVER,
    basis: { kind: 'mechanism', text: `ip4:${CLIENT}` },
  });
}

/** With a remark, as an administrator could write it, in a comment. */
export function authenticationResults(
  ...entries: readonly AuthenticationResult[]
): AuthenticationResultsField {
  return printAuthenticationResults({ authservId: idOf(RECEIVER), entries, note: 'a remark; spf=fail' });
}

export function mailFrom(result: SpfResult, more: Partial<SpfEntry> = {}): SpfEntry {
  const domain = nameOf(DOMAIN);
  return { method: 'spf', identity: 'mailFrom', result, domain, localPart: null, problem: null, ...more };
}

export const WITH_LOCAL_PART: SpfEntry = mailFrom('pass', { localPart: octetsOfText('user') });
export const HELO_PASS: SpfEntry = mailFrom('pass', { identity: 'helo', domain: nameOf(HELO) });
export const IPREV: IprevEntry = { method: 'iprev', result: 'pass', client: address(CLIENT), name: null };

/** Both fields of mail that was not checked. */
export const UNCHECKED = {
  receivedSpf: printUncheckedReceivedSpf(RECEIVER, 'sender'),
  authenticationResults: printUncheckedAuthenticationResults(idOf(RECEIVER), 'sender'),
} as const;

/** What stands behind the last `@`. */
export function domainOf(mailbox: string): string {
  return mailbox.slice(mailbox.lastIndexOf('@') + 1);
}

function nameOf(text: string): DomainName | null {
  const name = domainName(octetsOfText(text));
  return name.ok ? name.value : null;
}

function idOf(text: string): AuthservId {
  const id = authservId(text);
  if (!id.ok) throw new Error(`${id.error}: ${text}`);
  return id.value;
}

function address(text: string): IpAddress {
  const parsed = IpAddress.parse(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}
