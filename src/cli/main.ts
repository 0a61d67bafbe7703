/** Reads the command line. */

/**
 * Runs one command; the words are those after the program's name. Returns the exit status.
 *
 * `spawn` is started by Postfix again and again, and nothing may be written to standard error there: it
 * goes its own way before the reader of the command line, which is large and prints, is even loaded.
 */
export async function main(words: readonly string[]): Promise<number> {
  if (words[0] === 'spawn' && words.length <= 2 && words[1]?.startsWith('-') !== true) {
    const { spawn } = await import('../app/index.js');
    return spawn(words[1] ?? null);
  }
  const { runCommand } = await import('./commands.js');
  return runCommand(words);
}
