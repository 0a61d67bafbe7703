/** What the commands print. */

/** One line to standard error. */
export function fail(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Writes to standard output; a promise while whoever reads it is slower. */
export function print(text: string): Promise<void> | undefined {
  if (process.stdout.write(text)) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** Ends quietly when nobody reads any more (`spfwarden query --batch | head`). */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 74);
  });
}
