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

/** What has come, by stage in their order, up to the last that has any; each SMFIC_MACRO replaces that of its
 *  stage. No object by the names of stages: to copy one under a computed key takes over ten times as long. */
export type MacroTables = readonly (readonly Macro[])[];

/** The commands of the stages, in their order. */
const COMMANDS: readonly string[] = [
  SMFIC.CONNECT,
  SMFIC.HELO,
  SMFIC.MAIL,
  SMFIC.RCPT,
  SMFIC.DATA,
  SMFIC.EOH,
  SMFIC.BODYEOB,
];

const NONE: readonly Macro[] = [];

/** The tables with what a SMFIC_MACRO brings. One for a command that has no table is ignored, as libmilter
 *  does: Postfix sends one before each header and each piece of the body. */
export function withMacros(
  tables: MacroTables,
  { command, macros }: Command & { kind: 'macro' },
): MacroTables {
  const stage = COMMANDS.indexOf(command);
  if (stage === -1) return tables;
  const next = tables.slice();
  while (next.length < stage) next.push(NONE);
  next[stage] = macros;
  return next;
}

/** The tables of the stages up to this one: what belongs to later ones is from another message. */
export function macrosUpTo(tables: MacroTables, stage: MacroStage): MacroTables {
  const kept = MACRO_STAGES.indexOf(stage) + 1;
  return tables.length <= kept ? tables : tables.slice(0, kept);
}

/** The value of a macro: of the latest stage that has it, there the first; null where none has. The name is
 *  given without braces, and found with and without: `i`, `auth_authen`. */
export function findMacro(tables: MacroTables, name: string): Octets | null {
  for (let i = tables.length - 1; i >= 0; i--) {
    for (const macro of tables[i] ?? NONE) if (isNamed(macro, name)) return macro.value;
  }
  return null;
}

function isNamed({ name }: Macro, bare: string): boolean {
  if (name.length === bare.length) return name === bare;
  return name.length === bare.length + 2 && name === `{${bare}}`;
}
