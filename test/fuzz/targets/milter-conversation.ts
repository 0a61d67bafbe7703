/** A mail server and the filter: who is told what, and when, however it is said and whenever the DNS answers. */
import { TRANSCRIPTS } from '../../milter/transcripts.js';
import { play } from '../milter/play.js';
import { readScript } from '../milter/script.js';
import type { Target } from '../target.js';

/** Scenes as a script begins with them: settings, where mail is refused, transport, DNS. */
const TCP = '\0\0\0\0';
const UNIX = '\0\0\x01\0';
/** TCP, and Postfix has been there before. */
const POSTFIX = '\0\0\x02\0';

/** What real mail servers said, in the chunks in which it came. */
const recorded = TRANSCRIPTS.map(
  ({ chunks }) =>
    TCP +
    chunks
      .filter((chunk) => chunk.startsWith('>'))
      .map((chunk) => chunk.slice(1))
      .join('|'),
);

export const target: Target = {
  name: 'milter-conversation',
  corpus: [
    // One message by Postfix, and by Sendmail.
    `${POSTFIX}O|cChHmM|2rR|2r1R|2tT|2lL2lL2l5L2nN|2bB|2eE|AAQ`,
    `${TCP}O|1cC|hH|1mM|1rR|1R|T|L|1L|5L|1nN|B|1eE|Q`,
    // The same without a word that says nothing, to a filter that refuses early.
    `\0\x01\x01\x01OcChHm1M.|*rR|tTlL.lL|nN|eE|*AAQ`,
    `\0\x02\x01\x01O1cC1hH|.,1m1M|*rRtT|eE|AM|^R|Q`,
    // RSET, a second EHLO, two messages; at a new EHLO Postfix says what has ended after it.
    `${POSTFIX}O|cChHmM|rR|A1hHAAmM|rR|2r3R|2tT|2eE|A4mM|rR|tT|1eE|AAQ`,
    `${UNIX}O|cC|hH|1mM|rR|A|hH|1m1M|R|1R|T|E|5M|rR|T|eE|MQ`,
    // The client leaves.
    `${POSTFIX}OcChH4mMrRAAQ`,
    `${TCP}OcChH1mMrRQ`,
    // Fields that claim to be ours; the next message is another.
    `\x01\0\0\0OcCH1MRT1L2L3L4L8L5L6L7LN2BE|AM1L1LEMRE`,
    `\x02\0\x06\x020mOC2M5R1L1L1L12L13L9L_^E__^*E|MR1L.E`,
    `\x01\0\x03\0O1cCHMR${'1L'.repeat(201)}E`,
    // Recipients that are not judged alike.
    `\x04\0\0\x01OcCHM.R*1R*2R,4R*TLE^_*|M1R*E*`,
    // Offers, one after the other, and one that is never made.
    `${TCP}1OC1M2O3O7OR1LE`,
    `\x03\x01\x01\x066OCH1MRUTE`,
    `${TCP}CHM`,
    `${TCP}3O`,
    // Another SMTP connection on the same one; commands that have no place.
    `${TCP}OcCHMRKcC1HMRTEE`,
    `\x05\0\0\0OERTLNBUMNLUBAREHUTM`,
    // Ends: of the mail server, of the network, in the middle of a packet, of a message, of waiting for an answer.
    `\x06\0\0\x01OcCHMRE$.*`,
    `\x07\0\0\x01OcCHMRE~.*`,
    `\0\0\0\x01OcC5MR_________E~____*`,
    `\x08\0\x06\x05O1cC4H5MR_^R<E$`,
    `\0\0\0\x02O4H5M.R^*|A5MR^,A~`,
    // What is no packet.
    `${TCP}OC#\x81HMR`,
    `${TCP}OCX`,
    `${TCP}OC!\x03HMR\xff\0\0\0\x05D`,
    `${UNIX}O\xff\0\0\0\0M`,
    ...recorded,
  ],
  longest: 4_096, // an octet may stand for a packet of 100 KiB
  async run(bytes) {
    const rejected: unknown[] = [];
    const take = (cause: unknown): void => void rejected.push(cause);
    process.on('unhandledRejection', take);
    try {
      await play(readScript(bytes));
    } finally {
      process.off('unhandledRejection', take);
    }
    if (rejected.length > 0) throw rejected[0];
  },
};
