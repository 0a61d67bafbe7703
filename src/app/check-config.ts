/** Tells what is wrong with a configuration, or that nothing is. */
import { DEFAULT_PATH, loadConfig, printProblems, type LoadedConfig, type Problem } from '../config/index.js';

export interface ConfigReport {
  /** Whether it is not refused. Without a listener it is good for `spawn` alone. */
  readonly isUsable: boolean;
  /** For people, without a line break at the end. */
  readonly text: string;
}

/** A null path is the default file, which need not exist. */
export async function checkConfig(path: string | null): Promise<ConfigReport> {
  const loaded = await loadConfig({ path, environment: process.env });
  const remarks = loaded.ok ? [...loaded.value.remarks, ...withoutListener(loaded.value)] : loaded.error;
  const lines = remarks.length > 0 ? printProblems(remarks) : '';
  if (!loaded.ok) {
    const errors = remarks.filter(({ severity }) => severity === 'error').length;
    return { isUsable: false, text: `${lines}${errors} ${errors === 1 ? 'error' : 'errors'}` };
  }
  const { file } = loaded.value;
  const subject = file ?? `no file ${path ?? DEFAULT_PATH}: the built-in defaults`;
  return { isUsable: true, text: `${lines}${subject}: ${remarks.length > 0 ? 'usable' : 'good'}` };
}

/** No finding of the loader: `off` is right where `spawn` alone is used, which need not hear of it. */
function withoutListener({ config, origins, file }: LoadedConfig): Problem[] {
  if (config['listen.policy'].length + config['listen.milter'].length > 0) return [];
  const origin = origins.get('listen.policy');
  const { line, column } = origin?.from === 'file' ? origin : { line: null, column: null };
  const message = 'the daemon would not start: there is nothing to listen on (fine for spawn)';
  const path = 'listen.policy';
  const source = file ?? DEFAULT_PATH;
  return [{ severity: 'warning', source, line, column, path, code: 'unwise', message, hint: null }];
}
