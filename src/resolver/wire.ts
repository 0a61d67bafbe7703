/** The numbers of the DNS message format (RFC 1035 §4.1, RFC 6891), by the names the protocol has for them. */
import type { QueryName, RecordData } from '../dns/index.js';

export const HEADER_LENGTH = 12;

/** Bits of the second 16-bit word of a header. */
export const QR = 0x8000;
export const OPCODE_MASK = 0x7800;
export const AA = 0x0400;
export const TC = 0x0200;
export const RD = 0x0100;
export const RA = 0x0080;
export const RCODE_MASK = 0x000f;

export const CLASS_IN = 1;

export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, OPT: 41 } as const;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

/** No message over UDP that is longer is read: nobody was offered more room. */
export const MAX_UDP_LENGTH = 4096;
/** What the two octets before a message over TCP can say. */
export const MAX_TCP_LENGTH = 0xffff;

/** What of a SOA record is used: how long a negative answer may be kept (RFC 2308 §5). */
export interface Soa {
  readonly minimum: number;
}

/** Data of each record type that is decoded. */
export interface WireData extends RecordData {
  readonly CNAME: QueryName;
  readonly SOA: Soa;
}

/** One resource record of class IN. `ttl` is in seconds. */
export type WireRecord = {
  readonly [T in keyof WireData]: {
    readonly name: QueryName;
    readonly type: T;
    readonly ttl: number;
    readonly data: WireData[T];
  };
}[keyof WireData];
