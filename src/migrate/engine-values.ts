/** What is to be remarked on the values of policyd-spf and pyspf-milter: misread, inert, or not taken over. */
import { IpAddress } from '../net/index.js';
import { numberOf, type EngineName, type EngineProgram, type GivenOptions } from './engine-file.js';
import { isRestriction } from './engine-policy.js';
import { domainList, networkList } from './lists.js';
import { DEFAULT_REASON, DEFAULT_URL, reasonTexts } from './reason-message.js';
import { shown } from './shown.js';

const HELO_WORDS = ['Fail', 'Softfail', 'SPF_Not_Pass', 'Null', 'False', 'No_Check'];
const MAIL_FROM_WORDS = HELO_WORDS.filter((word) => word !== 'Null');

/** Options that pyspf-milter reads and does nothing with. */
const MILTER_IGNORES: ReadonlySet<EngineName> = new Set<EngineName>([
  'Per_User',
  'Mock',
  'Hide_Receiver',
  'defaultSeedOnly',
]);

const MILTER_ONLY: ReadonlySet<EngineName> = new Set<EngineName>([
  'Socket',
  'PidFile',
  'UserID',
  'UMask',
  'InternalHosts',
  'MacroList',
]);

/** Calls `remark` for each thing worth saying, with the line of the value. */
export function checkValues(
  program: EngineProgram,
  options: GivenOptions,
  remark: (line: number, text: string) => void,
): void {
  for (const [name, { text, line }] of options) {
    const isIgnored = program === 'pyspf-milter' ? MILTER_IGNORES.has(name) : MILTER_ONLY.has(name);
    const problems = isIgnored ? [`${name} does nothing in ${program}`] : problemsOf(program, name, text);
    for (const problem of problems) remark(line, problem);
  }
}

function problemsOf(program: EngineProgram, name: EngineName, text: string): readonly string[] {
  switch (name) {
    case 'HELO_reject':
      return wordProblems(name, text, HELO_WORDS);
    case 'Mail_From_reject':
      return wordProblems(name, text, MAIL_FROM_WORDS);
    case 'PermError_reject':
    case 'TempError_Defer':
    case 'No_Mail':
      return text === 'True' || text === 'False'
        ? []
        : [`${name} is on only when it is "True", so ${shown(text)} is off`];
    case 'HELO_pass_restriction':
    case 'Mail_From_pass_restriction':
      if (text === '') return [];
      if (program === 'policyd-spf') {
        return isRestriction(text) ? [] : [`${shown(text)} is no action of access(5), left out`];
      }
      return [`${name} made pyspf-milter answer 451 to mail that passes; it is left out`];
    case 'Reject_Not_Pass_Domains':
      return domainList(text, false).problems;
    case 'Prospective':
      if (text === '' || IpAddress.parse(text) !== null) return [];
      return [`${shown(text)} is no address, left out; ${program} died of it with every request`];
    case 'skip_addresses':
    case 'Whitelist':
      return listProblems(program, name, text);
    case 'Domain_Whitelist':
      return domainList(text, false).problems;
    case 'Domain_Whitelist_PTR':
    case 'HELO_Whitelist':
      return domainList(text, true).problems;
    case 'SPF_Enhanced_Status_Codes':
      return statusProblems(program, text);
    case 'Header_Type':
      return headerTypeProblems(program, text);
    case 'Hide_Receiver':
      return ['Yes', 'No'].includes(text) ? [] : [`${shown(text)} is not "No", so it means yes`];
    case 'Authserv_Id':
      return text === ''
        ? [`${program} died of an empty Authserv_Id when it had to add the field; taken as auto`]
        : [];
    case 'Lookup_Time':
      return lookupTimeProblems(text);
    case 'Void_Limit':
      return Number(text) < 0 || Number(text) > 100
        ? [`Void_Limit ${text} is out of range: here it can be 0 to 100`]
        : [];
    case 'defaultSeedOnly':
      return ['defaultSeedOnly has no effect since it is called TestOnly: mail was refused all the same'];
    case 'TestOnly':
      return text === '0' || text === '1'
        ? []
        : [`TestOnly ${text} is taken as ${numberOf(text) === 0 ? '0' : '1'}`];
    case 'Mock':
      if (text === '') return [];
      return [`Mock = ${text} is on: whatever stands there is. ${MOCK}`];
    case 'Reason_Message':
      return reasonTexts(text, DEFAULT_URL).problems;
    case 'Reason_URL':
      return ['Reason_URL is read by version 3.1.0 and later', ...reasonTexts(DEFAULT_REASON, text).problems];
    case 'debugLevel':
    case 'Whitelist_Lookup_Time':
    case 'Per_User':
    case 'Socket':
    case 'PidFile':
    case 'UserID':
    case 'UMask':
    case 'InternalHosts':
    case 'IntHosts':
    case 'MacroList':
      return []; // read where they are used, or fine as they are
  }
}

const MOCK =
  'The program then evaluated nothing, and under spawn(8) Postfix got no answer. There is no need for it with ' +
  'Postfix 3: take its check_policy_service out of main.cf';

function wordProblems(name: string, text: string, words: readonly string[]): readonly string[] {
  if (words.includes(text)) return [];
  const meant = words.find((word) => word.toLowerCase() === text.toLowerCase());
  const hint = meant === undefined ? '' : `; it is written ${meant}`;
  return [`${shown(text)} is not a word of ${name}: no result was refused because of it, nor is here${hint}`];
}

function listProblems(program: EngineProgram, name: string, text: string): readonly string[] {
  if (text === '' && name === 'skip_addresses')
    return [`${program} died of an empty skip_addresses with every request`];
  return networkList(text).problems;
}

function statusProblems(program: EngineProgram, text: string): readonly string[] {
  if (text === 'No' && program === 'pyspf-milter')
    return ['with "No" pyspf-milter answered 451 in place of any refusal'];
  return text === 'No' || text === 'Yes' ? [] : [`${shown(text)} is not "No", so it means yes`];
}

function headerTypeProblems(program: EngineProgram, text: string): readonly string[] {
  if (text.includes('None')) return [];
  if (program === 'pyspf-milter') {
    return text === 'AR'
      ? []
      : ['pyspf-milter adds Authentication-Results whatever stands here, unless it is None'];
  }
  if (text.includes('SPF') && text.includes('AR')) {
    return ['policyd-spf died of both kinds at once with every request; here both are possible'];
  }
  return text === 'SPF' || text === 'AR'
    ? []
    : [`${shown(text)} is taken as ${text.includes('AR') ? 'AR' : 'SPF'}`];
}

function lookupTimeProblems(text: string): readonly string[] {
  const seconds = Number(text);
  if (seconds < 0) return ['with a negative Lookup_Time every check was a temperror; left out'];
  if (seconds === 0)
    return ['Lookup_Time 0 was no limit at all; Postfix waits 100 seconds, so it is 90 here'];
  return seconds > 90 ? ['Postfix waits 100 seconds for an answer, so it is 90 seconds here'] : [];
}
