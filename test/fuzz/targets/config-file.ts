/** The configuration file: taken whole, or refused with a place for every problem. */
import { loadConfig, printProblems } from '../../../src/config/index.js';
import { hold, type Target } from '../target.js';

export const target: Target = {
  name: 'config-file',
  corpus: [
    '',
    'hostname: mx.example.net\npolicy:\n  listen: 127.0.0.1:8895\n',
    'dns:\n  servers: [192.0.2.1, "[2001:db8::1]:53"]\n  timeout: 5s\n',
    'profile: standard\ndry_run: yes\nlog:\n  level: info\n',
    'hostname: [a, b]\nhostname: twice\n__proto__: x\nunknown_key: 1\n',
    'a: &a [*a, *a]\nb: !!js/function x\n',
    '- not\n- a map\n',
    'policy:\n\tlisten: tab\n',
  ],
  longest: 2_000, // a file that an administrator names: YAML is slow, and nobody else's
  async run(bytes) {
    const files = { read: () => bytes, isDirectory: () => true, list: () => [] };
    const loaded = await loadConfig({ path: '/fuzzed.yml', files });
    const problems = loaded.ok ? loaded.value.remarks : loaded.error;
    hold(loaded.ok || problems.length > 0, 'a refusal has a reason');
    hold(typeof printProblems(problems) === 'string', 'problems can be printed');
  },
};
