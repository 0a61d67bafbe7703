/** Prints `conf/spfwarden.yml` from the option table. */
import { OPTION_NAMES, OPTIONS, SECTIONS, type OptionName } from './options.js';

const HEAD = `# spfwarden.yml: every key with its default. Delete what you do not change.
# Installed as /etc/spfwarden/spfwarden.yml; an empty file, or none, is fine too.
# Check it with "spfwarden check". The daemon reads it when it starts. More in spfwarden.yml(5).
`;

/** Where the comments begin. */
const COLUMN = 32;

/** The whole file, with a final line break. Loaded, it is what no file at all is. */
export function printSampleFile(): string {
  const topLevel = OPTION_NAMES.filter((name) => !name.includes('.'));
  const parts = [HEAD, topLevel.map((name) => entry(name, '')).join('')];
  for (const [section, title] of Object.entries(SECTIONS)) {
    const rule = `# ${'-'.repeat(64)} ${title}\n`;
    parts.push(`${rule}${section}:\n${entries(section, '  ')}`);
  }
  return parts.join('\n');
}

/** What is in a section. A section inside of it comes where its first option is. */
function entries(section: string, indent: string): string {
  const seen = new Set<string>();
  let lines = '';
  for (const name of OPTION_NAMES.filter((option) => option.startsWith(`${section}.`))) {
    const dot = name.indexOf('.', section.length + 1);
    const inner = name.slice(0, dot);
    if (dot === -1) lines += entry(name, indent);
    else if (!seen.has(inner)) {
      lines += `${indent}${inner.slice(section.length + 1)}:\n${entries(inner, `${indent}  `)}`;
      seen.add(inner);
    }
  }
  return lines;
}

function entry(name: OptionName, indent: string): string {
  const { kind, default: text, doc, examples = [] } = OPTIONS[name];
  const key = name.slice(name.lastIndexOf('.') + 1);
  const words = kind.words === undefined ? '' : `${kind.words.join(' | ')}. `;
  const line = `${`${indent}${key}: ${text}`.padEnd(COLUMN - 1)} # ${words}${doc[0]}\n`;
  return line + examples.map((example) => `${indent}# ${example}\n`).join('');
}
