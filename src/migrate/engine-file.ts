/** The files of policyd-spf and pyspf-milter: which names they know, and how they read a line. */
import type { Draft } from './draft.js';
import { shown } from './shown.js';
import type { SourceLine } from './source-lines.js';

export type EngineProgram = 'policyd-spf' | 'pyspf-milter';

/** Names that both programs read, with what a value is. */
const ENGINE_NAMES = {
  debugLevel: 'number',
  TestOnly: 'number',
  defaultSeedOnly: 'number',
  HELO_reject: 'text',
  Mail_From_reject: 'text',
  PermError_reject: 'text',
  TempError_Defer: 'text',
  HELO_pass_restriction: 'text',
  Mail_From_pass_restriction: 'text',
  No_Mail: 'text',
  Reject_Not_Pass_Domains: 'text',
  Prospective: 'text',
  skip_addresses: 'text',
  Whitelist: 'text',
  Domain_Whitelist: 'text',
  Domain_Whitelist_PTR: 'text',
  HELO_Whitelist: 'text',
  SPF_Enhanced_Status_Codes: 'text',
  Header_Type: 'text',
  Hide_Receiver: 'text',
  Authserv_Id: 'text',
  Lookup_Time: 'number',
  Whitelist_Lookup_Time: 'number',
  Void_Limit: 'number',
  Reason_Message: 'text',
  Reason_URL: 'text',
  Mock: 'text',
  Per_User: 'text',
  Socket: 'text',
  PidFile: 'text',
  UserID: 'text',
  UMask: 'number',
  InternalHosts: 'list',
  IntHosts: 'text',
  MacroList: 'list',
} as const;

export type EngineName = keyof typeof ENGINE_NAMES;

/** Names that make a file one of pyspf-milter. */
export const MILTER_NAMES: readonly string[] = [
  'Socket',
  'PidFile',
  'UserID',
  'UMask',
  'InternalHosts',
  'MacroList',
];

/** Documented, or in a sample file, and never read. */
const NEVER_READ: ReadonlyMap<string, string> = new Map([
  ['QueueID', 'QueueID is documented, but was never read: the queue id was in the log always, and is here'],
  ['MacroListVerify', 'MacroListVerify is in the sample file, but pyspf-milter does not know it'],
]);

/** A value and the line that it is from. */
export interface Given {
  readonly text: string;
  readonly line: number;
}

export type GivenOptions = ReadonlyMap<EngineName, Given>;

const NAMES: ReadonlySet<string> = new Set(Object.keys(ENGINE_NAMES));

export function isEngineName(name: string): name is EngineName {
  return NAMES.has(name);
}

/** Reads all lines as the program does, and remarks on those that it ignored or stumbled over. */
export function readEngineFile(
  program: EngineProgram,
  lines: readonly SourceLine[],
  draft: Draft,
): GivenOptions {
  const given = new Map<EngineName, Given>();
  for (const { number, text } of lines) {
    const line = withoutComment(text);
    if (line === '') continue;
    const [name = '', value, ...more] = line.split('=').map((part) => part.trim());
    if (value === undefined) {
      draft.remark(number, `${program} ignored this line without a word: it has no "=": ${shown(line)}`);
      continue;
    }
    const never = NEVER_READ.get(name);
    if (never !== undefined) draft.elsewhere.push(`${never}.`);
    const problem = never ?? nameProblem(program, name);
    if (problem !== null) {
      draft.remark(number, problem);
      continue;
    }
    if (!isEngineName(name)) continue;
    if (more.length > 0 && name !== 'Reason_URL') {
      draft.remark(number, `${program} refused this line: it has more than one "=": ${shown(line)}`);
      continue;
    }
    const whole = [value, ...more].join('=');
    if (ENGINE_NAMES[name] === 'number' && numberOf(whole) === null) {
      draft.remark(
        number,
        `${program} did not start with this: ${name} is to be a whole number, not ${shown(whole)}`,
      );
      continue;
    }
    if (ENGINE_NAMES[name] === 'list' && whole === '') {
      draft.remark(number, `${program} did not start with this: ${name} must not be empty`);
      continue;
    }
    const before = given.get(name);
    if (before !== undefined)
      draft.remark(before.line, `${name} is given again in line ${number}, which counts`);
    if (text.includes('#')) draft.remark(number, 'what follows the "#" is a comment, also within a value');
    given.set(name, { text: whole, line: number });
  }
  return given;
}

/** Everything from the first `#` is a comment, wherever it stands. */
export function withoutComment(text: string): string {
  return (text.split('#', 1)[0] ?? '').trim();
}

/** Why a name is not read; null where it is. */
function nameProblem(program: EngineProgram, name: string): string | null {
  if (name === 'IntHosts') return 'IntHosts is for internal use and was overwritten';
  if (isEngineName(name)) return null;
  const meant = [...NAMES].find((known) => known.toLowerCase() === name.toLowerCase());
  const hint = meant === undefined ? '' : `; it is written ${meant}`;
  return `${program} did not know ${shown(name)} and ignored the line${hint}`;
}

/** As Python's `int` reads it; null where that fails. */
export function numberOf(text: string): number | null {
  return /^[+-]?\d{1,9}$/.test(text) ? Number(text) : null;
}
