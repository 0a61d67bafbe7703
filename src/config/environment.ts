/** Reads options from variables of the environment: `SPFWARDEN_DNS_TIMEOUT=3s`. */
import { CONFIG_KEYS, type ConfigKey } from './config.js';
import { list, nowhere, scalar, type ConfigNode } from './node.js';
import { shown, type Remark } from './problem.js';
import { takesList, takesText } from './schema.js';
import { nearest } from './suggest.js';
import { readYaml } from './yaml-document.js';

/** As `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'SPFWARDEN_';

/** Names the file, where the command line does not. */
const FILE_VARIABLE = `${PREFIX}CONFIG`;

/** Variables that are ours and no options. All but the first are for the tests of the program. */
const OTHERS: ReadonlySet<string> = new Set([FILE_VARIABLE, `${PREFIX}REQUIRE_ALL`, `${PREFIX}SEED`]);

/** More than a value needs; the system lets one be 128 KiB. */
const MAX_LENGTH = 65_536;

const KEYS: ReadonlyMap<string, ConfigKey> = new Map(CONFIG_KEYS.map((key) => [variableOf(key), key]));

export interface FoundInEnvironment {
  readonly options: ReadonlyMap<ConfigKey, ConfigNode>;
  readonly errors: readonly Remark[];
  readonly warnings: readonly Remark[];
}

/** The variable for an option: its name in upper case, with `_` for each dot. */
function variableOf(key: ConfigKey): string {
  return PREFIX + key.replaceAll('.', '_').toUpperCase();
}

/** The file that the environment names; null if it names none. */
export function fileOfEnvironment(environment: Environment): string | null {
  const file = environment[FILE_VARIABLE];
  return file === undefined || file === '' ? null : file;
}

/** What the environment says. An empty variable says nothing. The values are not looked at yet. */
export async function readEnvironment(environment: Environment): Promise<FoundInEnvironment> {
  const options = new Map<ConfigKey, ConfigNode>();
  const errors: Remark[] = [];
  const warnings: Remark[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || OTHERS.has(variable) || text === undefined || text === '') continue;
    const key = KEYS.get(variable);
    if (key === undefined) {
      warnings.push(unknownVariable(variable));
      continue;
    }
    const place = nowhere(key, variable);
    if (text.length > MAX_LENGTH) {
      errors.push({ place, code: 'too-large', message: 'longer than 64 KiB', hint: 'put it into the file' });
    } else if (/^\s*[[{]/.test(text) && !takesText(key)) {
      const { root, problems } = await readYaml(text, { name: variable, path: key, hasLines: false });
      errors.push(...problems);
      if (root !== null) options.set(key, root);
    } else options.set(key, plainValue(key, text, variable));
  }
  return { options, errors, warnings };
}

/** One value, or several with commas between them where an option takes a list. */
function plainValue(key: ConfigKey, text: string, variable: string): ConfigNode {
  const parts = text.split(',').map((part) => part.trim());
  return parts.length > 1 && takesList(key) ? list(key, parts, variable) : scalar(key, text.trim(), variable);
}

function unknownVariable(variable: string): Remark {
  const near = nearest(
    variable.slice(PREFIX.length),
    [...KEYS.keys()].map((name) => name.slice(PREFIX.length)),
  );
  return {
    place: nowhere('', shownVariable(variable)),
    code: 'unknown-key',
    message: 'no option has this variable',
    hint:
      near === null
        ? 'its name is that of an option in upper case, with _ for each dot'
        : `did you mean ${PREFIX}${near}?`,
  };
}

/** The name of a variable is as foreign as its value. */
function shownVariable(variable: string): string {
  return /^\w{1,60}$/.test(variable) ? variable : shown(variable);
}
