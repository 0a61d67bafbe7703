/** What the macros of one check come to. */
import { isQueryable, queryName, type QueryName } from '../dns/index.js';
import { domainName } from '../net/index.js';
import type { Clock } from '../util/index.js';
import type { CheckArguments } from './check-host.js';
import { expandDomainSpec, type ExplanationValues, type MacroValues } from './expand.js';
import type { MacroString } from './record.js';

/** A domain-spec expanded: its text, and the name it makes, or null where it makes none. */
export interface Expansion {
  readonly domain: QueryName;
  readonly validatedName: string;
  /** Null where a macro has no value, or where the string is beyond all bounds. */
  readonly text: string | null;
  readonly name: QueryName | null;
}

/**
 * Lives as long as the check. An expansion follows from the domain-spec, the domain and the client's
 * validated name; it is made once, and not again in each run, since a sender can make it costly and a name
 * server can make the runs many.
 */
export class Expansions {
  readonly #args: CheckArguments;
  readonly #senderDomain: string;
  /** Null until there is one: most checks meet no macro. */
  #known: Map<MacroString, Expansion> | null = null;
  #constant: Omit<MacroValues, 'validatedName'> | null = null;

  constructor(args: CheckArguments, senderDomain: string) {
    this.#args = args;
    this.#senderDomain = senderDomain;
  }

  of(spec: MacroString, domain: QueryName, validatedName: string): Expansion {
    const known = this.#known?.get(spec);
    if (known?.domain === domain && known.validatedName === validatedName) return known;
    const text = expandDomainSpec(spec, domain, this.values(validatedName));
    const expansion = { domain, validatedName, text, name: text === null ? null : fitName(text) };
    this.#known ??= new Map();
    this.#known.set(spec, expansion);
    return expansion;
  }

  values(validatedName: string): MacroValues {
    const { ip, localPart, senderDomain, helo } = (this.#constant ??= this.#constantValues());
    return { ip, localPart, senderDomain, helo, validatedName };
  }

  #constantValues(): Omit<MacroValues, 'validatedName'> {
    const { ip, sender, helo } = this.#args;
    const heloName = domainName(helo);
    return {
      ip,
      localPart: isAscii(sender.localPart) ? sender.localPart : null,
      senderDomain: this.#senderDomain,
      helo: heloName.ok ? heloName.value : helo,
    };
  }
}

/** What only texts for people may name (§7.2). */
export function explanationValues(args: CheckArguments, clock: Clock): ExplanationValues {
  const { receiver, sender } = args;
  return { receiver, seconds: Math.floor(clock.wall() / 1000), localPart: sender.localPart };
}

/** RFC 7208 §7.3: a name that is too long loses labels on the left. */
export function fitName(text: string): QueryName | null {
  let name = queryName(text);
  while (name.length > 253) {
    const dot = name.indexOf('.');
    if (dot === -1) return null;
    name = name.slice(dot + 1) as QueryName;
  }
  return isQueryable(name) ? name : null;
}

export function isAscii(text: string): boolean {
  return !/[\x80-\xff]/.test(text);
}
