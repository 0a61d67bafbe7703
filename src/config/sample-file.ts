/** Prints `conf/spfwarden.yml` from the option table. */
import type { ConfigKey } from './config.js';
import { OPTIONS, SECTIONS } from './options.js';
import { RULES } from './rules-option.js';
import { lastPart, tableRows, type OptionRow, type SectionRow } from './table-rows.js';
import { defaultAsYaml } from './yaml-text.js';

const HEAD = `# yaml-language-server: $schema=spfwarden.schema.json
# spfwarden.yml: every key with its default. Delete what you do not change.
# Installed as /etc/spfwarden/spfwarden.yml; an empty file, or none, is fine too.
# Check it with "spfwarden check", see what is in force with "spfwarden config show".
# The daemon reads it when it starts and on SIGHUP. More in spfwarden.yml(5).
`;

/** Options outside of sections that begin a part of the file. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(SECTIONS),
  ['forwarders', 'others who forward to me'],
  ['client_map', 'clients that are judged as others'],
  ['rules', 'exceptions: the first rule that fits is taken'],
]);

/** Where the comments begin. */
const COLUMN = 32;

/** The whole file, with a final line break. Loaded, it is what no file at all is. */
export function printSampleFile(): string {
  let text = `${HEAD}\n`;
  for (const row of tableRows()) {
    const title = row.depth === 0 ? TITLES.get(row.name) : undefined;
    if (title !== undefined) text += `\n# ${'-'.repeat(64)} ${title}\n`;
    text += row.kind === 'section' ? section(row) : entry(row);
  }
  return text;
}

function section({ name, depth }: SectionRow): string {
  return `${'  '.repeat(depth)}${lastPart(name)}:\n`;
}

function entry({ name, depth }: OptionRow): string {
  const indent = '  '.repeat(depth);
  const { text, words, doc, examples } = documentation(name);
  const line = `${`${indent}${lastPart(name)}: ${defaultAsYaml(name, text)}`.padEnd(COLUMN - 1)} # ${words}${doc}\n`;
  const shown = examples.flatMap((example) => example.split('\n'));
  return line + shown.map((example) => `${indent}# ${example}\n`).join('');
}

interface Documentation {
  readonly text: string;
  readonly words: string;
  readonly doc: string;
  readonly examples: readonly string[];
}

function documentation(name: ConfigKey): Documentation {
  if (name === 'rules')
    return { text: RULES.default, words: '', doc: RULES.doc[0], examples: RULES.examples };
  const { kind, default: text, doc, examples = [] } = OPTIONS[name];
  const words = kind.words === undefined ? '' : `${kind.words.join(' | ')}. `;
  return { text, words, doc: doc[0], examples };
}
