/** Errors of sockets and of TLS in words. */

/** Why a connection failed, for people. What is not in the table is told by its code. */
export function failureOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code.startsWith('ERR_SSL_')) return `no TLS there: ${code.slice(8).toLowerCase().replaceAll('_', ' ')}`;
  return FAILURES.get(code) ?? (code === '' ? 'failed' : code);
}

const FAILURES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection reset'],
  ['ENETUNREACH', 'no route'],
  ['EHOSTUNREACH', 'no route'],
  ['ETIMEDOUT', 'no answer'],
  ['EMFILE', 'too many open files in this process'],
  ['ENFILE', 'too many open files on this machine'],
  ['EPROTO', 'no TLS there'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['CERT_REVOKED', 'its certificate is revoked'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate comes from an authority that is not trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its certificate comes from an authority that is not trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate comes from an authority that is not trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate comes from an authority that is not trusted'],
]);
