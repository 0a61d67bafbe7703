/** Macros: which are asked for, which have come, and how long they live. */
import type { Octets } from '../util/index.js';
import type { Command, Macro } from './command.js';
import { SMFIC } from './names.js';

/** In the order of an SMTP session, which is the one in which values are replaced. */
const MACRO_STAGES = ['connect', 'helo', 'mail', 'rcpt', 'data', 'eoh', 'eom'] as const;

export type MacroStage = (typeof MACRO_STAGES)[number];

/** The macros that a filter wants, by stage. A stage that is left out keeps the mail server's own list; an
 *  empty list means none to Sendmail, and its own list to Postfix. */
export type MacroLists = Readonly<Partial<Record<MacroStage, readonly string[]>>>;

/** What has come, by stage; each SMFIC_MACRO replaces that of its stage. */
export type MacroTables = Readonly<Partial<Record<MacroStage, readonly Macro[]>>>;

const STAGE_OF_COMMAND: Readonly<Record<string, MacroStage>> = {
  [SMFIC.CONNECT]: 'connect',
  [SMFIC.HELO]: 'helo',
  [SMFIC.MAIL]: 'mail',
  [SMFIC.RCPT]: 'rcpt',
  [SMFIC.DATA]: 'data',
  [SMFIC.EOH]: 'eoh',
  [SMFIC.BODYEOB]: 'eom',
};

/** The tables with what a SMFIC_MACRO brings. One for a command that has no table is ignored, as libmilter
 *  does: Postfix sends one before each header and each piece of the body. */
export function withMacros(
  tables: MacroTables,
  { command, macros }: Command & { kind: 'macro' },
): MacroTables {
  const stage = Object.hasOwn(STAGE_OF_COMMAND, command) ? STAGE_OF_COMMAND[command] : undefined;
  return stage === undefined ? tables : { ...tables, [stage]: macros };
}

/** The tables of the stages up to this one: what belongs to later ones is from another message. */
export function macrosUpTo(tables: MacroTables, stage: MacroStage): MacroTables {
  const later = MACRO_STAGES.indexOf(stage) + 1;
  if (!MACRO_STAGES.some((one, i) => i >= later && tables[one] !== undefined)) return tables;
  const kept: Partial<Record<MacroStage, readonly Macro[]>> = {};
  for (const one of MACRO_STAGES.slice(0, later)) {
    const macros = tables[one];
    if (macros !== undefined) kept[one] = macros;
  }
  return kept;
}

/** The value of a macro: of the latest stage that has it, there the first; null where none has. The name is
 *  given without braces, and found with and without: `i`, `auth_authen`. */
export function findMacro(tables: MacroTables, name: string): Octets | null {
  for (let i = MACRO_STAGES.length - 1; i >= 0; i--) {
    const stage = MACRO_STAGES[i];
    const found = stage && tables[stage]?.find((macro) => bare(macro.name) === name);
    if (found !== undefined) return found.value;
  }
  return null;
}

function bare(name: string): string {
  return name.startsWith('{') && name.endsWith('}') ? name.slice(1, -1) : name;
}
