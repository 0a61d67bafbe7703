/** A record as data: one type for each rule of the collected ABNF, RFC 7208 §12. */
import type { IpAddress } from '../net/index.js';

export interface SpfRecord {
  readonly directives: readonly Directive[]; // order is meaning: §4.6.2
  readonly redirect: MacroString | null; // §6.1
  readonly exp: MacroString | null; // §6.2
  readonly unknown: readonly UnknownModifier[]; // ignored, however often: §6
}

export type Qualifier = 'pass' | 'fail' | 'softfail' | 'neutral';

export interface Directive {
  readonly qualifier: Qualifier; // an absent "+" is filled in
  readonly mechanism: Mechanism;
}

export type Mechanism = LocalMechanism | DnsMechanism;

/** What needs no DNS, and so is no term in the sense of §4.6.4. */
export type LocalMechanism =
  | { readonly kind: 'all' } // §5.1
  | { readonly kind: 'ip4' | 'ip6'; readonly address: IpAddress | MappedAddress; readonly prefix: number }; // §5.6

export type DnsMechanism =
  | { readonly kind: 'include'; readonly domain: MacroString } // §5.2
  | { readonly kind: 'exists'; readonly domain: MacroString } // §5.7
  | { readonly kind: 'a' | 'mx'; readonly domain: MacroString | null; readonly cidr: DualCidr } // §5.3, §5.4
  | { readonly kind: 'ptr'; readonly domain: MacroString | null }; // §5.5

export function isLocal(mechanism: Mechanism): mechanism is LocalMechanism {
  return mechanism.kind === 'all' || mechanism.kind === 'ip4' || mechanism.kind === 'ip6';
}

/** The address of an `ip6` term that is a mapped IPv4 address: well-formed, and never anybody's client
 *  address, because those are folded to IPv4 and IPv4 is listed with `ip4` only (§5). */
export interface MappedAddress {
  readonly family: 'mapped';
  readonly text: string;
}

/** Prefix lengths for either family; 32 and 128 are filled in. */
export interface DualCidr {
  readonly ip4: number;
  readonly ip6: number;
}

export interface UnknownModifier {
  readonly name: string;
  readonly value: MacroString;
}

/** A macro-string or domain-spec (§7.1), taken apart. Adjacent literals are one, so equal strings have
 *  equal parts. */
export type MacroString = readonly MacroPart[];

export type MacroPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'escape'; readonly of: '%' | '_' | '-' } // "%%" is %, "%_" a blank, "%-" is %20
  | Macro;

export interface Macro {
  readonly kind: 'macro';
  readonly letter: MacroLetter;
  readonly escape: boolean; // an upper-case letter: URL escaping, §7.3
  readonly keep: number; // how many labels from the right; 0 is all of them
  readonly reverse: boolean;
  readonly delimiters: string; // "." is filled in
}

export type MacroLetter = 's' | 'l' | 'o' | 'd' | 'i' | 'p' | 'v' | 'h' | ExpMacroLetter;

/** These stand in explanation texts only (§7.2). */
export type ExpMacroLetter = 'c' | 'r' | 't';
