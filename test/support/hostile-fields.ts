/** Fields printed from what hostile clients said, and what must be read in them. */
import {
  authservId,
  printAuthenticationResults,
  type AuthenticationResultsField,
  type AuthservId,
} from '../../src/header/index.js';
import { domainName, IpAddress, type DomainName } from '../../src/net/index.js';
import { SPF_RESULTS } from '../../src/smtp/index.js';
import { octetsOfText } from '../../src/util/index.js';
import { hostileMail, type HostileMail } from './hostile-text.js';

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

export const RECEIVER = idOf('mx.example.net');

const CLIENTS = [address('192.0.2.1'), address('2001:db8::1')];
const IPREV_RESULTS = ['pass', 'fail', 'permerror', 'temperror'] as const;

/** The checked name; null for what is none. */
export function checkedName(text: string): DomainName | null {
  const name = domainName(octetsOfText(text));
  return name.ok ? name.value : null;
}

export interface ExpectedResult {
  readonly method: string;
  readonly result: string;
  /** `smtp.mailfrom=user@example.com`, the value without quotes; null where there is no property. */
  readonly property: string | null;
}

export interface HostileField {
  readonly mail: HostileMail;
  readonly field: AuthenticationResultsField;
  readonly expected: readonly ExpectedResult[];
}

/** Authentication-Results fields with a hostile text in every place, the identities in either order. */
export function hostileFields(count: number, seed: number): readonly HostileField[] {
  return hostileMail(count, seed).map((mail, i) => {
    const result = SPF_RESULTS[i % SPF_RESULTS.length] ?? 'none';
    const iprev = IPREV_RESULTS[i % IPREV_RESULTS.length] ?? 'fail';
    const client = CLIENTS[i % CLIENTS.length] ?? address('192.0.2.1');
    const shared = {
      method: 'spf',
      result,
      localPart: octetsOfText(mail.localPart),
      problem: mail.words,
    } as const;
    const domain = checkedName(mail.domain);
    const helo = checkedName(mail.helo);
    const mailFromEntry = { ...shared, identity: 'mailFrom', domain } as const;
    const heloEntry = { ...shared, identity: 'helo', domain: helo } as const;
    const iprevEntry = { method: 'iprev', result: iprev, client, name: mail.words } as const;

    const mailFrom = domain === null ? null : `smtp.mailfrom=${shownAddress(mail.localPart, domain)}`;
    const expected: readonly ExpectedResult[] = [
      { method: 'spf', result, property: mailFrom },
      { method: 'spf', result, property: helo === null ? null : `smtp.helo=${helo}` },
      { method: 'iprev', result: iprev, property: `policy.iprev=${client.toString()}` },
    ];
    const swapped = i % 3 === 0;
    const field = printAuthenticationResults({
      authservId: RECEIVER,
      entries: swapped ? [heloEntry, mailFromEntry, iprevEntry] : [mailFromEntry, heloEntry, iprevEntry],
      note: mail.words,
    });
    const [first, second, third] = expected;
    return { mail, field, expected: swapped && first && second && third ? [second, first, third] : expected };
  });
}

/** The local part is there as it is, or not at all. */
function shownAddress(localPart: string, domain: DomainName): string {
  const exact = localPart !== '' && localPart.length <= 128 && /^[ -~]*$/.test(localPart);
  return exact && /^[^-_.][^_]*$/.test(domain) ? `${localPart}@${domain}` : domain;
}
