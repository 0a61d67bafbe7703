/** Certificates of the authorities that the system trusts. */
import { readFile } from 'node:fs/promises';

/** Where systems keep all of them in one file. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Alpine
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora
  '/etc/ssl/ca-bundle.pem', // SUSE
  '/etc/ssl/cert.pem', // BSD
];

/** Certificates in PEM, from the file that is named; or from the system's, or null where it has none, and those
 *  that come with Node must do. An error of the system's passes. */
export async function readTlsCa(path: string | null): Promise<string | null> {
  if (path !== null) return readFile(path, 'latin1');
  for (const file of SYSTEM_FILES) {
    try {
      return await readFile(file, 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return null;
}
