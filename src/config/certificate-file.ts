/** The kind `dns.tls_ca`: a file with certificates, and whether it is one. */
import { X509Certificate } from 'node:crypto';

import { ok } from '../util/index.js';
import { readText, type ConfigFiles } from './files.js';
import { notScalar, refused, type Kind } from './kind.js';
import { shown } from './problem.js';

/** Null is `system`: the authorities that the system trusts. */
export const certificateFile: Kind<string | null> = {
  takes: 'system | the path of a file',
  schema: { type: 'string', pattern: '^(system$|/)' },
  read(node) {
    if (node.kind !== 'scalar') return notScalar(node, 'the path of a file');
    const { place, text } = node;
    if (text === 'system') return ok(null);
    if (!text.startsWith('/') || text.includes('\0')) {
      const hint = 'example: /etc/ssl/certs/my-ca.pem';
      return refused(place, 'value', `${shown(text)} is not an absolute path`, hint);
    }
    return ok(text);
  },
};

/** What is wrong with a file that should hold certificates (PEM); null if nothing is. */
export function certificateProblem(path: string, files: ConfigFiles): string | null {
  const text = readText(path, false, files);
  if (!text.ok) return `${path}: ${text.error.message}`;
  try {
    new X509Certificate(text.value ?? ''); // the first of them
    return null;
  } catch {
    return `${path} does not begin with a certificate in PEM`; // OpenSSL's own words help nobody
  }
}
