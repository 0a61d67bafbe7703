/** `spfwarden config`: what is in force, and what could be. */
import { showConfig } from '../app/index.js';
import { printSchema } from '../config/index.js';
import { EXIT } from './exit-status.js';
import { fail, print } from './terminal.js';

/** Prints each value of the configuration with the place that it comes from. */
export async function runConfigShow(path: string | null): Promise<number> {
  const shown = await showConfig(path);
  if (!shown.ok) {
    fail(shown.error.trimEnd());
    return EXIT.config;
  }
  await print(shown.value);
  return EXIT.ok;
}

/** Prints the JSON Schema of the configuration file. */
export async function runConfigSchema(): Promise<number> {
  await print(printSchema());
  return EXIT.ok;
}
