/** Reads the command line. */
import { bugLine, statusOfError } from './crash.js';
import { EXIT } from './exit-status.js';
import { endWithReader, fail, silenceStandardError } from './terminal.js';

/**
 * Runs one command; the words are those after the program's name. Returns the exit status, and never
 * rejects: an exception is one line on standard error and a status that is no result of a check.
 */
export async function main(words: readonly string[]): Promise<number> {
  const isSpawn = words[0] === 'spawn';
  if (isSpawn) silenceStandardError();
  else endWithReader();
  process.on('uncaughtException', onUncaught);
  try {
    return await (isSpawn ? runSpawn(words) : runWords(words));
  } catch (error) {
    fail(bugLine(error));
    return statusOfError(error);
  }
}

/**
 * `spawn` is started by Postfix again and again: it goes its own way before the reader of the command line,
 * which is large, is even loaded.
 */
async function runSpawn(words: readonly string[]): Promise<number> {
  const [, first = null, second = null] = words;
  const isNamed = first === '-c' || first === '--config';
  const file = isNamed ? second : first;
  const count = isNamed ? 3 : file === null ? 1 : 2;
  if (words.length !== count || file?.startsWith('-') === true) return runWords(words);
  const { spawn } = await import('../app/index.js');
  return spawn(file);
}

async function runWords(words: readonly string[]): Promise<number> {
  const [first = 'serve'] = words;
  // What a daemon that has not read its configuration yet is told to read again, it will read anyway.
  if (first === 'serve' || first.startsWith('-')) process.on('SIGHUP', () => undefined);
  const { runCommand } = await import('./commands.js');
  return runCommand(words);
}

/** The daemon finishes what is in progress when there is a bug, and has a listener of its own for that. */
function onUncaught(error: unknown): void {
  if (process.listenerCount('uncaughtException') > 1) return;
  fail(bugLine(error));
  process.exit(error instanceof Error ? statusOfError(error) : EXIT.software);
}
