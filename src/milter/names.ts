/** The protocol's own names (libmilter's mfdef.h and mfapi.h), and back from values to names, for logs. */

/** What a filter may do to a message: action flags. */
export const SMFIF = {
  ADDHDRS: 0x001, // SMFIR_INSHEADER, too
  CHGBODY: 0x002,
  ADDRCPT: 0x004,
  DELRCPT: 0x008,
  CHGHDRS: 0x010,
  QUARANTINE: 0x020,
  CHGFROM: 0x040,
  ADDRCPT_PAR: 0x080,
  SETSYMLIST: 0x100,
} as const;

/** How the protocol runs: NO is a step left out, NR a command that gets no reply. */
export const SMFIP = {
  NOCONNECT: 0x000001,
  NOHELO: 0x000002,
  NOMAIL: 0x000004,
  NORCPT: 0x000008,
  NOBODY: 0x000010,
  NOHDRS: 0x000020,
  NOEOH: 0x000040,
  NR_HDR: 0x000080,
  NOUNKNOWN: 0x000100,
  NODATA: 0x000200,
  SKIP: 0x000400,
  RCPT_REJ: 0x000800,
  NR_CONN: 0x001000,
  NR_HELO: 0x002000,
  NR_MAIL: 0x004000,
  NR_RCPT: 0x008000,
  NR_DATA: 0x010000,
  NR_UNKN: 0x020000,
  NR_EOH: 0x040000,
  NR_BODY: 0x080000,
  HDR_LEADSPC: 0x100000,
  MDS_256K: 0x10000000,
  MDS_1M: 0x20000000,
} as const;

/** The octets of commands. */
export const SMFIC = {
  ABORT: 'A',
  BODY: 'B',
  CONNECT: 'C',
  MACRO: 'D',
  BODYEOB: 'E',
  HELO: 'H',
  QUIT_NC: 'K',
  HEADER: 'L',
  MAIL: 'M',
  EOH: 'N',
  OPTNEG: 'O',
  QUIT: 'Q',
  RCPT: 'R',
  DATA: 'T',
  UNKNOWN: 'U',
} as const;

/** The octets of responses. SMFIC_OPTNEG is answered by a packet of its own octet. */
export const SMFIR = {
  ADDRCPT: '+',
  DELRCPT: '-',
  ADDRCPT_PAR: '2',
  SHUTDOWN: '4',
  OPTNEG: 'O',
  ACCEPT: 'a',
  REPLBODY: 'b',
  CONTINUE: 'c',
  DISCARD: 'd',
  CHGFROM: 'e',
  CONN_FAIL: 'f',
  ADDHEADER: 'h',
  INSHEADER: 'i',
  CHGHEADER: 'm',
  PROGRESS: 'p',
  QUARANTINE: 'q',
  REJECT: 'r',
  SKIP: 's',
  TEMPFAIL: 't',
  REPLYCODE: 'y',
} as const;

/** `SMFIC_MAIL` for `M`; an octet that is no command as a number, `0x58`. */
export function commandName(code: number): string {
  return nameOf('SMFIC', SMFIC, code);
}

/** `SMFIR_CONTINUE` for `c`. */
export function responseName(code: number): string {
  return nameOf('SMFIR', SMFIR, code);
}

/** The flags of an action mask, `SMFIF_ADDHDRS`; what has no name comes last, as a number. */
export function actionNames(mask: number): string[] {
  return namesOf('SMFIF', SMFIF, mask);
}

/** The flags of a protocol mask, `SMFIP_NOBODY`. */
export function stepNames(mask: number): string[] {
  return namesOf('SMFIP', SMFIP, mask);
}

function nameOf(prefix: string, table: Readonly<Record<string, string>>, code: number): string {
  const octet = String.fromCharCode(code);
  const found = Object.entries(table).find(([, value]) => value === octet);
  return found === undefined ? hex(code) : `${prefix}_${found[0]}`;
}

function namesOf(prefix: string, table: Readonly<Record<string, number>>, mask: number): string[] {
  const names: string[] = [];
  let unnamed = mask;
  for (const [name, bit] of Object.entries(table)) {
    if ((mask & bit) === 0) continue;
    names.push(`${prefix}_${name}`);
    unnamed &= ~bit;
  }
  return unnamed === 0 ? names : [...names, hex(unnamed >>> 0)];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
