/** Loads a configuration whole: from everywhere that says something it becomes one value, or all problems. */
import { err, ok, type Result } from '../util/index.js';
import { hasAccount } from './account-file.js';
import { certificateProblem } from './certificate-file.js';
import { CONFIG_KEYS, type Config, type ConfigKey, type OptionName, type ProfileName } from './config.js';
import { crossCheck } from './cross-check.js';
import { fileOfEnvironment, readEnvironment, type Environment } from './environment.js';
import { readFiles } from './files-given.js';
import { systemFiles, type ConfigFiles } from './files.js';
import { isNothing, list, nowhere, scalar, type ConfigNode } from './node.js';
import { OPTION_NAMES, OPTIONS, PROFILE_DEFAULTS } from './options.js';
import { originOf, type Given, type Origin } from './origin.js';
import { ProblemList } from './problem-list.js';
import { problemOf, type Problem } from './problem.js';
import { defaultText, readDefault, readValue } from './read-value.js';
import { ruleOption } from './rule-config.js';
import { readRules } from './rules.js';
import { readSendersFile } from './senders-file.js';

/** Read when no file is named; it may be absent. */
export const DEFAULT_PATH = '/etc/spfwarden/spfwarden.yml';

/** An option given on the command line. It wins over the environment and the file. */
export interface Override {
  readonly option: OptionName;
  /** As it was typed, for messages: `--listen-policy`. */
  readonly flag: string;
  /** A text as an administrator writes it into the file, or several for a list. */
  readonly value: string | readonly string[];
}

export interface LoadInput {
  /** The file that the command line names. Null: the one of `SPFWARDEN_CONFIG`, or the default one. */
  readonly path: string | null;
  readonly overrides?: readonly Override[];
  readonly environment?: Environment;
  readonly files?: ConfigFiles;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly origins: ReadonlyMap<ConfigKey, Origin>;
  /** What was written, for whoever prints it: of each key that is not built in. */
  readonly written: ReadonlyMap<ConfigKey, ConfigNode>;
  /** The main file that was read; null when there is none. */
  readonly file: string | null;
  /** That file and those that it includes, in the order in which they were read. */
  readonly files: readonly string[];
  /** Warnings and notes, in the order of the files. */
  readonly remarks: readonly Problem[];
}

/**
 * Loads the configuration. It is taken whole or refused whole: the error holds every problem, warnings and
 * notes too, in the order of the files.
 */
export async function loadConfig(input: LoadInput): Promise<Result<LoadedConfig, readonly Problem[]>> {
  const { overrides = [], environment = {}, files = systemFiles } = input;
  const named = input.path ?? fileOfEnvironment(environment);
  const mainFile = named ?? DEFAULT_PATH;
  const problems = new ProblemList();

  const variables = await readEnvironment(environment);
  for (const remark of variables.errors) problems.push(problemOf(remark, 'error'));
  for (const remark of variables.warnings) problems.push(problemOf(remark, 'warning'));
  const words = new Map(overrides.map((override) => [override.option, nodeOf(override)]));
  const include = words.get('include') ?? variables.options.get('include') ?? null;
  const read = await readFiles(mainFile, named === null, include, files, problems);
  const given = layered(read.options, variables.options, words, problems);

  const profile = profileOf(given.get('profile'));
  const values: Record<string, unknown> = {};
  for (const option of OPTION_NAMES) {
    const node = given.get(option)?.node;
    const value = node === undefined ? null : readValue(option, node, defaultText(option, profile), problems);
    values[option] = value === null ? readDefault(option, profile) : value.value;
  }
  values['rules'] = []; // read below, since they stand on the rest
  const table = values as Config; // every option, as its kind has read it
  const base: Config = { ...table, 'skip.senders': allSenders(table, given, files, problems) };
  const written = readRules(given.get('rules')?.node, problems);
  const rules = written.map((rule) => ruleOption(rule, base, given, problems));
  const config = Object.freeze({ ...base, rules });

  const system = {
    isDirectory: (name: string) => files.isDirectory(name),
    hasAccount: (name: string, list: string) => hasAccount(name, list, files),
    certificateProblem: (name: string) => certificateProblem(name, files),
  };
  for (const problem of crossCheck(config, given, written, system)) problems.push(problem);

  const remarks = problems.inOrder(read.files);
  if (problems.hasErrors) return err(remarks);
  const origins = new Map(CONFIG_KEYS.map((key) => [key, originOfKey(key, given, profile)]));
  const nodes = new Map([...given].map(([key, { node }]) => [key, node]));
  const file = read.files.includes(mainFile) ? mainFile : null;
  return ok({ config, origins, written: nodes, file, files: read.files, remarks });
}

/** What holds of all that was written. What is not used has to be right all the same. */
function layered(
  ofFiles: ReadonlyMap<ConfigKey, ConfigNode>,
  ofEnvironment: ReadonlyMap<ConfigKey, ConfigNode>,
  ofCommandLine: ReadonlyMap<ConfigKey, ConfigNode>,
  problems: ProblemList,
): ReadonlyMap<ConfigKey, Given> {
  const given = new Map<ConfigKey, Given>();
  const layers = [
    ['file', ofFiles],
    ['environment', ofEnvironment],
    ['command-line', ofCommandLine],
  ] as const;
  for (const [by, nodes] of layers) {
    for (const [key, node] of nodes) {
      const replaced = given.get(key);
      if (replaced !== undefined && !isNothing(replaced.node)) checkUnused(key, replaced.node, problems);
      given.set(key, { node, by });
    }
  }
  return given;
}

function checkUnused(key: ConfigKey, node: ConfigNode, problems: ProblemList): void {
  if (key === 'rules') readRules(node, problems);
  else readValue(key, node, '', problems);
}

function nodeOf({ option, flag, value }: Override): ConfigNode {
  return typeof value === 'string' ? scalar(option, value, flag) : list(option, value, flag);
}

/** The profile, so that the defaults are known; what is refused is told with the other options. */
function profileOf(given: Given | undefined): ProfileName {
  const read = given === undefined ? null : OPTIONS.profile.kind.read(given.node, () => undefined);
  return read?.ok === true ? read.value : 'standard';
}

/** The senders of the option and those of its file. */
function allSenders(
  config: Config,
  given: ReadonlyMap<ConfigKey, Given>,
  files: ConfigFiles,
  problems: ProblemList,
): Config['skip.senders'] {
  const file = config['skip.senders_file'];
  const senders = config['skip.senders'];
  if (file === null) return senders;
  const place = given.get('skip.senders_file')?.node.place ?? nowhere('skip.senders_file');
  const read = readSendersFile(file, place, files);
  for (const remark of read.problems) problems.push(problemOf(remark, 'error'));
  return [...senders, ...read.patterns];
}

function originOfKey(key: ConfigKey, given: ReadonlyMap<ConfigKey, Given>, profile: ProfileName): Origin {
  const found = given.get(key);
  if (found !== undefined && !isNothing(found.node)) return originOf(found);
  const isOfProfile = key !== 'rules' && PROFILE_DEFAULTS[profile][key] !== undefined;
  return isOfProfile ? { from: 'profile', profile } : { from: 'built-in' };
}
