/** Tells what is wrong with a configuration, or that nothing is. */
import { DEFAULT_PATH, loadConfig, printProblems } from '../config/index.js';

export interface ConfigReport {
  /** Whether the daemon would start with it. */
  readonly isUsable: boolean;
  /** For people, without a line break at the end. */
  readonly text: string;
}

/** A null path is the default file, which need not exist. */
export async function checkConfig(path: string | null): Promise<ConfigReport> {
  const loaded = await loadConfig(path);
  const remarks = loaded.ok ? loaded.value.remarks : loaded.error;
  const lines = remarks.length > 0 ? printProblems(remarks) : '';
  if (!loaded.ok) {
    const errors = remarks.filter(({ severity }) => severity === 'error').length;
    return { isUsable: false, text: `${lines}${errors} ${errors === 1 ? 'error' : 'errors'}` };
  }
  const { file } = loaded.value;
  const subject = file ?? `no file ${path ?? DEFAULT_PATH}: the built-in defaults`;
  return { isUsable: true, text: `${lines}${subject}: ${remarks.length > 0 ? 'usable' : 'good'}` };
}
