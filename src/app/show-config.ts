/** Tells what configuration is in force, and where each value comes from. */
import { loadConfig, printConfig, printProblems } from '../config/index.js';
import { err, ok, type Result } from '../util/index.js';

/** The configuration as a file, or what is wrong with it; both with a line break at the end. */
export async function showConfig(path: string | null): Promise<Result<string, string>> {
  const loaded = await loadConfig({ path, environment: process.env });
  return loaded.ok ? ok(printConfig(loaded.value)) : err(printProblems(loaded.error));
}
