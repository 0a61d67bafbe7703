/** Prints `man/spfwarden.yml.5` from the option table, in mdoc(7). */
import { CONFIG_KEYS, type ConfigKey, type ProfileName } from './config.js';
import { RULE_OPTIONS } from './find-options.js';
import { DECISIONS, HEAD, PROFILES_HEAD, RULES_HEAD, RULES_TAIL, RULES_THEN, TAIL } from './manual-text.js';
import { OPTION_NAMES, OPTIONS, PROFILE_DEFAULTS } from './options.js';
import { defaultText } from './read-value.js';
import { CONDITION_KEYS } from './rule-condition.js';
import { RULES } from './rules-option.js';

const PROFILES = ['standard', 'dmarc', 'strict', 'monitor'] as const satisfies readonly ProfileName[];

/** The whole page. */
export function printManualPage(): string {
  const options = [...CONFIG_KEYS].sort().map(entry).join('');
  const restart = OPTION_NAMES.filter((name) => OPTIONS[name].reload === 'restart');
  return [
    HEAD,
    'These options need a restart; a change is warned about:\n',
    columns(restart),
    '.Sh OPTIONS\n',
    `.Bl -tag -width Ds\n${options}.El\n`,
    profiles(),
    DECISIONS,
    RULES_HEAD,
    columns(CONDITION_KEYS),
    RULES_THEN,
    columns(RULE_OPTIONS.filter((name) => name !== 'profile')),
    RULES_TAIL,
    ...RULES.examples.map(display),
    TAIL,
  ].join('');
}

function entry(name: ConfigKey): string {
  const option = name === 'rules' ? { ...RULES, kind: RULES } : OPTIONS[name];
  const lines = [
    `.It Cm ${escaped(name)}`,
    `Type: ${escaped(option.kind.takes)}.`,
    'Default:',
    `.Ql ${escaped(option.default)} .`,
    ...(option.reload === 'restart' ? ['Needs a restart.'] : []),
    '.Pp',
    ...option.doc.map(escaped),
  ];
  const examples = name === 'rules' ? [] : (OPTIONS[name].examples ?? []);
  const shown = examples.length === 0 ? '' : display(examples.join('\n'));
  return `${lines.join('\n')}\n${shown}`;
}

/** What each profile says, an option to a line. */
function profiles(): string {
  const governed = OPTION_NAMES.filter((name) =>
    PROFILES.some((profile) => PROFILE_DEFAULTS[profile][name] !== undefined),
  );
  const rows = governed.map((name) => {
    const values = PROFILES.map((profile) => escaped(defaultText(name, profile)));
    return `.It Cm ${name} Ta ${values.join(' Ta ')}\n`;
  });
  const widths = [
    governed,
    ...PROFILES.map((profile) => [profile, ...governed.map((name) => defaultText(name, profile))]),
  ];
  const column = widths.map((texts) => `"${'m'.repeat(Math.max(...texts.map((text) => text.length)))}"`);
  const head = `.It Sy option Ta ${PROFILES.map((profile) => `Sy ${profile}`).join(' Ta ')}\n`;
  return `${PROFILES_HEAD}.Bl -column ${column.join(' ')}\n${head}${rows.join('')}.El\n`;
}

function columns(names: readonly string[]): string {
  return `.Bd -ragged -offset indent -compact\n${names.map((name) => `.Cm ${escaped(name)}`).join(' ,\n')}\n.Ed\n`;
}

function display(text: string): string {
  return `.Bd -literal\n${text.split('\n').map(escaped).join('\n')}\n.Ed\n`;
}

/** Text that roff takes for nothing but text. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replace(/^[.']/, '\\&$&');
}
