/** How a line is wrapped for the place where it goes. */
import type { Entry } from './entry.js';
import { FACILITY_CODE, type Facility } from './facility.js';
import { formatJson, type Format } from './format.js';
import { SEVERITY } from './level.js';
import { timestamp } from './timestamp.js';

/** A line and what it was made of, so that a place with less room makes a shorter one. */
export interface Line {
  readonly entry: Entry;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  readonly format: Format;
  readonly text: string;
}

/** Who speaks. */
export interface Origin {
  readonly facility: Facility;
  readonly tag: string;
  readonly hostname: string;
  readonly pid: number;
}

export type Frame = (line: Line, origin: Origin) => string;

/** For a standard error that nobody reads a severity from. */
export const bareFrame: Frame = ({ text }) => `${text}\n`;

/** Begins with the severity, `<6>`: journal and logger(1) take it off again. */
export const prefixedFrame: Frame = ({ entry, text }) => `<${SEVERITY[entry.level]}>${text}\n`;

/** Text begins as rsyslog begins the lines of its files; in JSON the time is a fact among others. */
export const fileFrame: Frame = ({ wallMs, format, text }, { tag, hostname, pid }) =>
  format === formatJson ? `${text}\n` : `${timestamp(wallMs)} ${hostname} ${tag}[${pid}]: ${text}\n`;

/** What a receiver SHOULD be able to take (RFC 5424 §6.1), and the bound of a datagram here. */
const DATAGRAM_OCTETS = 2048;
/** As much as common receivers take over TCP unless told otherwise. */
const STREAM_OCTETS = 8192;
/** All values of a line together, cut to this, fit into a datagram. */
const SHORT_VALUE_OCTETS = 100;

/** One message a datagram (RFC 5426 §3.1). */
export const datagramFrame: Frame = (line, origin) => syslogMessage(line, origin, DATAGRAM_OCTETS);

/** Its length in octets, a space, the message (RFC 6587 §3.4.1): no octet in it can end it early. */
export const countedFrame: Frame = (line, origin) => {
  const message = syslogMessage(line, origin, STREAM_OCTETS);
  return `${Buffer.byteLength(message)} ${message}`;
};

/**
 * RFC 5424 §6: `<22>1 TIME HOSTNAME APP-NAME PROCID MSGID - text`. There is no structured data: its names need
 * a private enterprise number (§6.3.2), and this project has none; the facts are in the text, or in its JSON.
 * Nor is there a byte order mark: without one the message is what §6.4 calls MSG-ANY, and JSON stays JSON.
 *
 * A message longer than `maxOctets` gets its values cut short rather than its end cut off, which holds what
 * became of the mail.
 */
function syslogMessage({ entry, wallMs, format, text }: Line, origin: Origin, maxOctets: number): string {
  const priority = FACILITY_CODE[origin.facility] * 8 + SEVERITY[entry.level];
  const time = timestamp(wallMs);
  const header = `<${priority}>1 ${time} ${origin.hostname} ${origin.tag} ${origin.pid} ${entry.event} - `;
  if (header.length + Buffer.byteLength(text) <= maxOctets) return header + text;
  return header + format(entry, wallMs, SHORT_VALUE_OCTETS);
}
