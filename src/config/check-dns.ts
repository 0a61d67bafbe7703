/** Looks for settings of the DNS that do not go together. */
import type { FileSystem } from './check-listeners.js';
import type { Finding } from './finding.js';
import type { Config } from './options.js';

export function* checkDns(config: Config, files: FileSystem): Generator<Finding> {
  if (config['dns.cache.min_ttl'] > config['dns.cache.max_ttl']) {
    yield {
      severity: 'error',
      options: ['dns.cache.min_ttl', 'dns.cache.max_ttl'],
      item: null,
      code: 'conflict',
      message: 'min_ttl is more than max_ttl',
      hint: 'raise the one or lower the other',
    };
  }
  const servers = config['dns.servers'];
  const isTls = servers === 'system' ? [false] : servers.map((server) => server.tls !== undefined);
  if (isTls.includes(true) && isTls.includes(false)) {
    yield {
      severity: 'warning',
      options: ['dns.servers'],
      item: null,
      code: 'unwise',
      message: 'some servers are asked over TLS and some are not',
      hint: 'whichever answers faster is asked first, so questions are not kept private',
    };
  }
  const file = config['dns.tls_ca'];
  const message = file === null ? null : files.certificateProblem(file);
  if (message === null) return;
  yield { severity: 'error', options: ['dns.tls_ca'], item: null, code: 'value', message, hint: null };
}
