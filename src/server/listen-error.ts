/** Why listening was not possible, said to an administrator. */
import { types } from 'node:util';

export class ListenError extends Error {
  readonly code:
    | 'bad-path'
    /** Another server answers there. */
    | 'in-use'
    /** Something that is no socket has the path; it is never removed. */
    | 'not-a-socket'
    | 'no-directory'
    | 'unknown-account'
    /** Nobody has handed the socket over. */
    | 'not-inherited'
    /** Its clients have no IP addresses, and only some are to be allowed. */
    | 'not-inet'
    | 'not-permitted'
    | 'system';

  constructor(code: ListenError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ListenError';
    this.code = code;
  }

  /** Wraps what the system said about an address. */
  static from(address: string, cause: unknown): ListenError {
    if (cause instanceof ListenError) return cause;
    const message = types.isNativeError(cause) ? cause.message : String(cause);
    return new ListenError(codeOf(systemCode(cause)), `cannot listen on ${address}: ${message}`, cause);
  }
}

/** The `E...` of a system error, or an empty text. */
export function systemCode(error: unknown): string {
  return types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function codeOf(system: string): ListenError['code'] {
  switch (system) {
    case 'EADDRINUSE':
      return 'in-use';
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no-directory';
    case 'EACCES':
    case 'EPERM':
      return 'not-permitted';
    default:
      return 'system';
  }
}
