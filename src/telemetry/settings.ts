/** What an administrator says about the log. */
import type { LogLevel } from '../events/index.js';
import type { SpfResult } from '../smtp/index.js';
import type { Facility } from './facility.js';

/** Where lines go. `host` is an address: a log that asks the DNS for a name would wait for what it reports on. */
export type LogTarget =
  | { readonly kind: 'stderr' }
  /** The syslog of this host. */
  | { readonly kind: 'syslog' }
  | { readonly kind: 'journal' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'udp' | 'tcp'; readonly host: string; readonly port: number };

export interface LogSettings {
  /** Events of this level and of more important ones are written. */
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Each line goes to all of these. Empty: to syslog in spawn mode, else to standard error. */
  readonly to: readonly LogTarget[];
  readonly facility: Facility;
  /** The program's name in syslog, journal and files: 1 to 32 of letters, digits and `_ . / -`. */
  readonly tag: string;
  /** A message has a line if its HELO or its MAIL FROM result is among these. One that was refused, deferred
   *  or held always has. */
  readonly results: 'all' | ReadonlySet<SpfResult>;
  /** How much of a recipient is shown: nothing, its domain, or all of it. */
  readonly recipients: 'none' | 'domain' | 'full';
  /** Whether the line of a message begins with its queue id. */
  readonly queueId: boolean;
}

/** What may change while the log is open. */
export type ChangeableSettings = Omit<LogSettings, 'to'>;
