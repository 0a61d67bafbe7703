/** What the DNS must prove before somebody is spared: only a positive answer counts, and a failure is none. */
import { confirmedNames, hasAddress } from '../iprev/index.js';
import { senderOfHelo } from '../smtp/index.js';
import { checkHost } from '../spf/index.js';
import { octetsOfText } from '../util/index.js';
import type { SkipReason } from './decision.js';
import type { Matter } from './matter.js';
import type { Forwarder, SkipSettings } from './settings.js';

/** At once where every answer is at hand. */
type Maybe<T> = T | Promise<T>;

/** Whether the name of the client exempts it: the one in HELO, or one that its address leads to. */
export function exemptingName(matter: Matter): Maybe<SkipReason | null> {
  const { skip } = matter;
  if (skip === null || skip.heloNames.size + skip.ptrDomains.size === 0) return null;
  return exemptingNameOf(matter, skip);
}

function exemptingNameOf(matter: Matter, skip: SkipSettings): Maybe<SkipReason | null> {
  const proofs: Proof<SkipReason>[] = [];
  if (skip.heloNames.size > 0) proofs.push({ of: 'helo-name', isHit: () => isListedHelo(matter) });
  if (skip.ptrDomains.size > 0) {
    proofs.push({ of: 'ptr-domain', isHit: () => isHostOf(matter, skip.ptrDomains) });
  }
  return firstProved(proofs);
}

/** The name of a forwarder that the client is, for this recipient; null for none. */
export function forwarderOf(matter: Matter): Maybe<string | null> {
  const { client, policy, transaction } = matter;
  const { recipient } = transaction;
  const here = policy.forwarders.filter(
    ({ recipients }) => recipients === null || (recipient !== null && recipients.hasAddress(recipient)),
  );
  const known = here.find(({ networks }) => networks.has(client));
  if (known !== undefined) return known.name;
  const proofs = here.flatMap((forwarder) => proofsOf(forwarder, matter));
  return proofs.length === 0 ? null : firstProved(proofs);
}

function proofsOf({ name, spfOf, ptrDomains }: Forwarder, matter: Matter): Proof<string>[] {
  const proofs = spfOf.map((domain) => ({ of: name, isHit: () => passes(matter, domain) }));
  return ptrDomains.size === 0
    ? proofs
    : [...proofs, { of: name, isHit: () => isHostOf(matter, ptrDomains) }];
}

/** Whether the client may send for the domain, whoever the message says that it is from. */
function passes({ client, policy, transaction, context }: Matter, domain: string): Maybe<boolean> {
  const { helo } = transaction;
  const sender = senderOfHelo(octetsOfText(domain));
  const outcome = checkHost({ ip: client, sender, helo, receiver: policy.receiver }, context);
  return outcome instanceof Promise
    ? outcome.then(({ result }) => result === 'pass')
    : outcome.result === 'pass';
}

/** Anybody can say a name; it counts if it has the address of the client. */
function isListedHelo({ transaction, client, skip, context }: Matter): Maybe<boolean> {
  const { domain } = senderOfHelo(transaction.helo);
  if (!domain.ok || skip?.heloNames.has(domain.value.toLowerCase()) !== true) return false;
  return hasAddress(domain.value, client, context);
}

/** Whether a name that leads back to the client is one of `domains`, or below one. */
function isHostOf(matter: Matter, domains: ReadonlySet<string>): Maybe<boolean> {
  const outcome = matter.hosts();
  return outcome instanceof Promise
    ? outcome.then((found) => confirmedNames(found).some((name) => isWithinAny(name, domains)))
    : confirmedNames(outcome).some((name) => isWithinAny(name, domains));
}

/** Label by label and whatever the case: `notexample.org` is not within `example.org`. */
export function isWithinAny(name: string, domains: ReadonlySet<string>): boolean {
  const lower = name.toLowerCase();
  for (let start = 0; ;) {
    if (domains.has(lower.slice(start))) return true;
    const dot = lower.indexOf('.', start);
    if (dot === -1) return false;
    start = dot + 1;
  }
}

/** What is proved if `isHit` comes to yes. */
interface Proof<T> {
  readonly of: T;
  readonly isHit: () => Maybe<boolean>;
}

/** Tries all proofs at the same time; the first that succeeds is the answer, in whatever order they end. */
function firstProved<T extends string>(proofs: readonly Proof<T>[]): Maybe<T | null> {
  const waiting: Promise<T | null>[] = [];
  for (const { of, isHit } of proofs) {
    const hit = isHit();
    if (hit === true) return of;
    if (hit instanceof Promise) waiting.push(hit.then((yes) => (yes ? of : null)));
  }
  if (waiting.length === 0) return null;
  return new Promise((resolve, reject) => {
    for (const proof of waiting) {
      proof.then((proved) => {
        if (proved !== null) resolve(proved);
      }, reject);
    }
    void Promise.all(waiting).then(() => {
      resolve(null); // too late to change it where one was proved
    }, reject);
  });
}
