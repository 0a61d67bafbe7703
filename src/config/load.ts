/** Loads a configuration whole: file, command line and defaults become one immutable value, or all problems. */
import { err, ok, type Result } from '../util/index.js';
import { hasAccount } from './account-file.js';
import { certificateProblem } from './certificate-file.js';
import { crossCheck, type Finding } from './cross-check.js';
import { readText, systemFiles, type ConfigFiles } from './files.js';
import { findOptions, type FoundOptions } from './find-options.js';
import { isNothing, list, scalar, type ConfigNode } from './node.js';
import { OPTION_NAMES, OPTIONS, type Config, type OptionName } from './options.js';
import { ProblemList } from './problem-list.js';
import { problemOf, type Problem } from './problem.js';
import { readYaml } from './yaml-document.js';

/** Read when no file is named; it may be absent. */
export const DEFAULT_PATH = '/etc/spfwarden/spfwarden.yml';

/** An option given on the command line. It wins over the file. */
export interface Override {
  readonly option: OptionName;
  /** As it was typed, for messages: `--listen-policy`. */
  readonly flag: string;
  /** A text as an administrator writes it into the file, or several for a list. */
  readonly value: string | readonly string[];
}

/** Where the value of an option comes from. Lines and columns count from 1. */
export type Origin =
  | { readonly from: 'built-in' }
  | { readonly from: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly from: 'command-line'; readonly flag: string };

export interface LoadedConfig {
  readonly config: Config;
  readonly origins: ReadonlyMap<OptionName, Origin>;
  /** The file that was read; null when there is none. */
  readonly file: string | null;
  /** Warnings and notes, in the order of the file. */
  readonly remarks: readonly Problem[];
}

/**
 * Loads the configuration from a file; with a null path from the default one, if it is there. It is taken
 * whole or refused whole: the error holds every problem, warnings and notes too, in the order of the file.
 */
export async function loadConfig(
  path: string | null,
  overrides: readonly Override[] = [],
  files: ConfigFiles = systemFiles,
): Promise<Result<LoadedConfig, readonly Problem[]>> {
  const file = path ?? DEFAULT_PATH;
  const problems = new ProblemList();
  const given = new Map<OptionName, Given>();

  const text = readText(file, path === null, files);
  if (!text.ok) {
    problems.push(problemOf(text.error, 'error', file));
  } else if (text.value !== null) {
    const found = await readOptions(text.value);
    for (const remark of found.problems) problems.push(problemOf(remark, 'error', file));
    for (const [option, node] of found.options) given.set(option, { node, source: file });
  }
  for (const { option, flag, value } of overrides) {
    const replaced = given.get(option);
    if (replaced !== undefined) readValue(option, replaced, problems); // it has to be right all the same
    const node = typeof value === 'string' ? scalar(option, value) : list(option, value);
    given.set(option, { node, source: flag });
  }

  const values: Record<string, unknown> = {};
  for (const option of OPTION_NAMES) {
    const value = given.get(option);
    values[option] = value === undefined ? readDefault(option) : readValue(option, value, problems);
  }
  const config = Object.freeze(values) as Config; // every option of the table, as its kind has read it
  const system = {
    isDirectory: (name: string) => files.isDirectory(name),
    hasAccount: (name: string, list: string) => hasAccount(name, list, files),
    certificateProblem: (name: string) => certificateProblem(name, files),
  };
  for (const finding of crossCheck(config, system)) problems.push(placed(finding, given));

  const remarks = problems.inOrder();
  if (problems.hasErrors) return err(remarks);
  const origins = new Map(OPTION_NAMES.map((option) => [option, originOf(given.get(option))]));
  return ok({ config, origins, file: text.ok && text.value !== null ? file : null, remarks });
}

/** A value that somebody wrote, and into what: the file or an option of the command line. */
interface Given {
  readonly node: ConfigNode;
  readonly source: string;
}

async function readOptions(text: string): Promise<FoundOptions> {
  if (isEmpty(text)) return { options: new Map(), problems: [] };
  const { root, problems } = await readYaml(text);
  if (root === null) return { options: new Map(), problems };
  const found = findOptions(root);
  return { options: found.options, problems: [...problems, ...found.problems] };
}

/** Whether there are only comments: then the YAML library, which takes its time, is not needed. */
function isEmpty(text: string): boolean {
  return text.split('\n').every((line) => /^[ \r]*(?:#|$)/.test(line));
}

/** The value, or where it is refused the default, so that the rest can be checked too. */
function readValue(option: OptionName, { node, source }: Given, problems: ProblemList): unknown {
  const { kind, default: defaultText } = OPTIONS[option];
  if (isNothing(node)) {
    const message = `no value is given: ${defaultText} is used`;
    const remark = { place: node.place, code: 'default-used', message, hint: null } as const;
    problems.push(problemOf(remark, 'note', source));
    return readDefault(option);
  }
  const value = kind.read(node, (remark) => {
    problems.push(problemOf(remark, 'note', source));
  });
  if (value.ok) return value.value;
  for (const remark of value.error) problems.push(problemOf(remark, 'error', source));
  return readDefault(option);
}

function readDefault(option: OptionName): unknown {
  const { kind, default: text } = OPTIONS[option];
  const value = kind.read(scalar(option, text), () => undefined);
  if (!value.ok) throw new Error(`the default of ${option} is refused: ${value.error[0]?.message ?? ''}`);
  return value.value;
}

/** Gives a finding the place of the value that it is about. */
function placed(finding: Finding, given: ReadonlyMap<OptionName, Given>): Problem {
  const { severity, option, item, code, message, hint } = finding;
  const { node, source } = given.get(option) ?? { node: scalar(option, ''), source: 'built-in' };
  const part = item !== null && node.kind === 'list' ? (node.items[item] ?? node) : node;
  return problemOf({ place: part.place, code, message, hint }, severity, source);
}

function originOf(given: Given | undefined): Origin {
  if (given === undefined || isNothing(given.node)) return { from: 'built-in' };
  const { line, column } = given.node.place;
  if (line === null || column === null) return { from: 'command-line', flag: given.source };
  return { from: 'file', file: given.source, line, column };
}
