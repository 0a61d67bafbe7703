/** Prints the Authentication-Results field (RFC 8601 §2.2). */
import type { DomainName, IpAddress } from '../net/index.js';
import type { SpfIdentity, SpfResult } from '../smtp/index.js';
import type { Octets } from '../util/index.js';
import type { AuthservId } from './authserv-id.js';
import { commentText, commentWord, isBareLocalPart, isPrintable, quotable, value } from './quoting.js';
import { MAX_FIELD, MAX_NAME, MAX_NOTE, noDomain } from './wording.js';

/** A whole Authentication-Results field, name and all, on one line: printable ASCII, at most 998 characters
 *  (RFC 5322 §2.1.1), no blank at either end. Only functions of this folder make it. */
export type AuthenticationResultsField = string & { readonly __authenticationResultsField: unique symbol };

/** What the field says. */
export interface AuthenticationResults {
  /** Under which name we speak. */
  readonly authservId: AuthservId;
  /** In the order in which they are printed; without any the field says `none`. */
  readonly entries: readonly AuthenticationResult[];
  /** A remark of the administrator's about the message; null for none. */
  readonly note: string | null;
}

export type AuthenticationResult = SpfEntry | IprevEntry;

/** RFC 8601 §2.7.2. */
export interface SpfEntry {
  readonly method: 'spf';
  readonly identity: SpfIdentity;
  readonly result: SpfResult;
  /** The domain that was checked, as it was looked up; null where the identity has none that could be. */
  readonly domain: DomainName | null;
  /** The local part of a MAIL FROM, where the administrator wants it shown; else null. */
  readonly localPart: Octets | null;
  /** What went wrong, in a few words; null for nothing. */
  readonly problem: string | null;
}

/** RFC 8601 §2.7.3. */
export interface IprevEntry {
  readonly method: 'iprev';
  readonly result: 'pass' | 'fail' | 'permerror' | 'temperror';
  readonly client: IpAddress;
  /** The name that the result is about; null for none. */
  readonly name: string | null;
}

/** RFC 5321 §4.5.3.1.1 allows 64 octets; VERP and SRS come to more. */
const MAX_LOCAL_PART = 128;
const MAX_PROBLEM = 200;

/** How much is told: all; no comments but those without which an entry means nothing; no local part either. */
type Detail = 'all' | 'values' | 'domains';

/**
 * Prints the field. What stands as a property is exact or is not there: a domain is as it was looked up (an
 * identity without one has no property, and a comment says so), and a local part is left out where it is too
 * long, not printable ASCII, or not allowed before this domain. Of what others wrote, nothing but the problem
 * and the name of an iprev entry is in comments, as words. The note is in the first spf entry.
 *
 * Where it would get too long, comments are left out, then local parts. One entry for each identity and one
 * for iprev always fit; of more than these, those at the end are left out.
 */
export function printAuthenticationResults(results: AuthenticationResults): AuthenticationResultsField {
  const { authservId, entries, note } = results;
  if (entries.length === 0) return printNoResult(authservId, note);
  let field = withEntries(results, 'all');
  if (field.length > MAX_FIELD) field = withEntries(results, 'values');
  if (field.length > MAX_FIELD) field = withEntries(results, 'domains');
  return field as AuthenticationResultsField;
}

/** The field that has no result, and a comment that may say why. */
export function printNoResult(authservId: AuthservId, why: string | null): AuthenticationResultsField {
  return `${NAME}${authservId}; none${inParentheses(words(why, MAX_NOTE))}` as AuthenticationResultsField;
}

const NAME = 'Authentication-Results: ';

function withEntries({ authservId, entries, note }: AuthenticationResults, detail: Detail): string {
  let field = NAME + authservId;
  let remark = detail === 'all' ? note : null;
  for (const entry of entries) {
    const printed = entry.method === 'spf' ? spf(entry, remark, detail) : iprev(entry, detail);
    if (entry.method === 'spf') remark = null; // said once
    if (detail === 'domains' && field.length + printed.length > MAX_FIELD) break;
    field += printed;
  }
  return field;
}

function spf(entry: SpfEntry, note: string | null, detail: Detail): string {
  const { identity, result, domain, localPart } = entry;
  const why =
    domain === null ? noDomain(identity) : words(detail === 'all' ? entry.problem : null, MAX_PROBLEM);
  const remark = words(note, MAX_NOTE);
  const between = why !== '' && remark !== '' ? ', ' : '';
  const printed = `; spf=${result}${inParentheses(why + between + remark)}`;
  if (domain === null) return printed;
  if (identity === 'helo') return `${printed} smtp.helo=${domain}`;
  const address = localPart === null || detail === 'domains' ? domain : mailbox(localPart, domain);
  return `${printed} smtp.mailfrom=${address}`;
}

function words(text: string | null, room: number): string {
  return text === null ? '' : commentText(text, room);
}

function inParentheses(comment: string): string {
  return comment === '' ? '' : ` (${comment})`;
}

/** RFC 6376 §3.5: the only domains that may follow an `@`; those with an underscore stand alone. */
const HOST_NAME = /^[A-Za-z0-9](?:-*[A-Za-z0-9])*(?:\.[A-Za-z0-9](?:-*[A-Za-z0-9])*)+$/;

/** `local-part@domain`; the domain alone where the local part cannot be shown as it is. */
function mailbox(localPart: Octets, domain: DomainName): string {
  if (localPart === '' || localPart.length > MAX_LOCAL_PART) return domain;
  if (!isPrintable(localPart) || !HOST_NAME.test(domain)) return domain;
  if (isBareLocalPart(localPart)) return `${localPart}@${domain}`;
  return `"${quotable(localPart, 2 * MAX_LOCAL_PART)}"@${domain}`;
}

function iprev({ result, client, name }: IprevEntry, detail: Detail): string {
  const property = `; iprev=${result} policy.iprev=${value(client.toString(), MAX_NAME)}`;
  return name === null || detail !== 'all' ? property : `${property} (${commentWord(name, MAX_NAME)})`;
}
