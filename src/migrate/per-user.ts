/** The file of `Per_User`: settings for single recipients. */
import { addressPattern } from '../smtp/index.js';
import { isEngineName, numberOf, withoutComment, type EngineName, type GivenOptions } from './engine-file.js';
import { MAX_LIST } from './lists.js';
import { shown } from './shown.js';
import type { SourceLine } from './source-lines.js';

/** Recipients whose settings are alike. */
export interface UserGroup {
  /** Where the first of them stands. */
  readonly line: number;
  readonly recipients: readonly string[];
  /** What is set for them and overrides what holds for all. */
  readonly options: GivenOptions;
}

/** What policyd-spf reads there and a rule can say. */
const FOR_RULES: ReadonlySet<EngineName> = new Set<EngineName>([
  'HELO_reject',
  'Mail_From_reject',
  'PermError_reject',
  'TempError_Defer',
  'HELO_pass_restriction',
  'Mail_From_pass_restriction',
  'Prospective',
  'Whitelist',
  'skip_addresses',
  'Domain_Whitelist',
  'Domain_Whitelist_PTR',
  'No_Mail',
  'Reject_Not_Pass_Domains',
  'SPF_Enhanced_Status_Codes',
  'Header_Type',
  'Lookup_Time',
  'Void_Limit',
  'Reason_Message',
]);

/** What it reads there and does not become part of a rule. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['debugLevel', 'a rule with log.level says whether mail has a line in the log'],
  ['HELO_Whitelist', 'skip.helo_names is for all mail'],
  ['Whitelist_Lookup_Time', 'there is one deadline, limits.time'],
  ['Hide_Receiver', 'it had no effect together with Per_User'],
  ['defaultSeedOnly', 'it has no effect at all'],
  ['Authserv-Id', 'it has no effect, with this hyphen'],
]);

/** Reads all lines; what the program ignored stays out, with a remark. */
export function readUserFile(
  lines: readonly SourceLine[],
  remark: (line: number, text: string) => void,
): readonly UserGroup[] {
  const groups = new Map<string, UserGroup & { readonly recipients: string[] }>();
  const seen = new Set<string>();
  for (const { number, text } of lines) {
    const line = withoutComment(text);
    if (line === '') continue;
    const comma = line.indexOf(',');
    if (comma === -1) {
      remark(number, `no comma: policyd-spf died when it came to this line: ${shown(line)}`);
      continue;
    }
    const recipient = line.slice(0, comma).trim();
    const problem = seen.has(recipient) ? 'comes again: the first line counts' : recipientProblem(recipient);
    if (problem !== null) {
      remark(number, `${shown(recipient)} ${problem}`);
      continue;
    }
    if (seen.size === MAX_LIST) {
      remark(number, `more than ${MAX_LIST} recipients, which is too many: left out from here on`);
      break;
    }
    seen.add(recipient);
    const options = readPairs(line.slice(comma + 1).trim(), number, remark);
    const key = JSON.stringify([...options].map(([name, { text: value }]) => [name, value]).sort());
    const group = groups.get(key);
    if (group !== undefined) group.recipients.push(recipient);
    else groups.set(key, { line: number, recipients: [recipient], options });
  }
  return [...groups.values()];
}

/** Why a line matched no recipient; null where it did. */
function recipientProblem(recipient: string): string | null {
  if (recipient !== recipient.toLowerCase()) {
    return 'has capital letters: policyd-spf compared with the address in small ones, so it matched nobody; left out';
  }
  const pattern = addressPattern(recipient);
  if (pattern.ok && pattern.value.kind === 'address' && !/[*^$()|\\<>]/.test(recipient)) return null;
  return 'is not an address: policyd-spf knew whole addresses only, so it matched nobody; left out';
}

function readPairs(text: string, line: number, remark: (line: number, text: string) => void): GivenOptions {
  const options = new Map<EngineName, { readonly text: string; readonly line: number }>();
  for (const pair of text.split('|')) {
    const [name = '', value, ...more] = pair.split('=');
    if (value === undefined || more.length > 0) {
      remark(line, `${shown(pair)} is not Name=value: policyd-spf died when it came to it; left out`);
      continue;
    }
    const reason = LEFT_OUT.get(name);
    if (reason !== undefined) remark(line, `${name} is left out: ${reason}`);
    else if (!isEngineName(name) || !FOR_RULES.has(name)) remark(line, unknown(name));
    else if ((name === 'Lookup_Time' || name === 'Void_Limit') && numberOf(value) === null)
      remark(line, `policyd-spf died of ${shown(pair)}; left out`);
    else options.set(name, { text: value, line });
  }
  return options;
}

function unknown(name: string): string {
  const hint = name.trim() === name ? '' : ', with a blank at its end or beginning';
  return `${shown(name)} is not known for a recipient${hint}: policyd-spf ignored it; left out`;
}
