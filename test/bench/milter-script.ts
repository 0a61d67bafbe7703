/** What Postfix 3.7 writes to a filter, made beforehand, so that the load generator only has to send it. */
import {
  encodeCommand,
  SMFIC,
  SMFIP,
  type Command,
  type MacroLists,
  type MacroStage,
  type Options,
} from '../../src/milter/index.js';
import type { Octets } from '../../src/util/index.js';
import { OFFER } from '../support/milter-client.js';
import type { Mail } from './mail.js';

/** The commands of a session that both sides agree upon; the octets of others are the same for all. */
export type Step = 'connect' | 'helo' | 'mail' | 'rcpt' | 'data' | 'header' | 'eoh' | 'body' | 'bodyeob';

/** What is written in one go. */
export interface Turn {
  readonly bytes: Uint8Array;
  /** The command whose response is waited for; null for none, and then the next turn follows at once. */
  readonly awaits: Step | null;
  /** SMFIC_MAIL is in it: from here on a message takes its time. */
  readonly hasMail: boolean;
}

/** A message that is sent again and again by the same client. */
export interface Script {
  /** From SMFIC_CONNECT to the end of the first message. */
  readonly first: readonly Turn[];
  /** Each message after that over the same connection. */
  readonly next: readonly Turn[];
  readonly recipients: number;
}

/** What the filter wants. */
export type Agreed = Pick<Options, 'steps'> & { readonly macros: MacroLists };

type MacroValues = ReadonlyMap<string, string>;

/** The first write of a session. */
export const OFFERED = encodeCommand({ kind: 'optneg', ...OFFER });

const ABORT = encodeCommand({ kind: 'abort' });

/** The last write of a session. */
export const GOODBYE = Buffer.concat([ABORT, ABORT, encodeCommand({ kind: 'quit' })]);

/** The flags that leave a command out or take its response away, the stage that its macros belong to, and whether it is
 *  a piece of the message: if that is left out, so are its macros. */
const STEPS: Readonly<
  Record<
    Step,
    { readonly no: number; readonly nr: number; readonly stage: MacroStage; readonly isContent?: true }
  >
> = {
  connect: { no: SMFIP.NOCONNECT, nr: SMFIP.NR_CONN, stage: 'connect' },
  helo: { no: SMFIP.NOHELO, nr: SMFIP.NR_HELO, stage: 'helo' },
  mail: { no: SMFIP.NOMAIL, nr: SMFIP.NR_MAIL, stage: 'mail' },
  rcpt: { no: SMFIP.NORCPT, nr: SMFIP.NR_RCPT, stage: 'rcpt' },
  data: { no: SMFIP.NODATA, nr: SMFIP.NR_DATA, stage: 'data' },
  header: { no: SMFIP.NOHDRS, nr: SMFIP.NR_HDR, stage: 'eoh', isContent: true },
  eoh: { no: SMFIP.NOEOH, nr: SMFIP.NR_EOH, stage: 'eoh', isContent: true },
  body: { no: SMFIP.NOBODY, nr: SMFIP.NR_BODY, stage: 'eoh', isContent: true },
  bodyeob: { no: 0, nr: 0, stage: 'eom' },
};

/** What Postfix sends of its own accord, or where the filter's list is empty. Those of HELO are about TLS. */
const USUAL_MACROS: Readonly<Record<MacroStage, readonly string[]>> = {
  connect: ['j', '{daemon_name}', '{daemon_addr}', 'v', '_'],
  helo: [],
  mail: ['i', '{mail_addr}', '{mail_host}', '{mail_mailer}'],
  rcpt: ['i', '{rcpt_addr}', '{rcpt_host}', '{rcpt_mailer}'],
  data: ['i'],
  eoh: ['i'],
  eom: ['i'],
};

const MAIL_SERVER = 'mx.receiver.example';

/** With this one, header, body and their macros still fit the buffer of Postfix (4096 octets, or more over TCP), so
 *  that they go out together where they get no response. */
const BODY = 'The quick brown fox jumps over the lazy dog, and nobody minds.\r\n'.repeat(28);

/** All that is written for this mail to a filter that wants that. */
export function writeScript(mail: Mail, agreed: Agreed): Script {
  const fromTheStart = new Writer(agreed);
  writeGreeting(fromTheStart, mail);
  writeMessage(fromTheStart, mail);
  const goingOn = new Writer(agreed);
  goingOn.buffer(ABORT);
  writeMessage(goingOn, mail);
  return { first: fromTheStart.turns, next: goingOn.turns, recipients: mail.recipients };
}

/** Buffers as Postfix does: what gets no response goes out with the next command that has one. */
class Writer {
  readonly turns: Turn[] = [];
  readonly #agreed: Agreed;
  #buffered: Uint8Array[] = [];
  #hasMail = false;

  constructor(agreed: Agreed) {
    this.#agreed = agreed;
  }

  buffer(bytes: Uint8Array): void {
    this.#buffered.push(bytes);
  }

  say(command: Command & { readonly kind: Step }, values: MacroValues): void {
    const { no, nr, stage, isContent = false } = STEPS[command.kind];
    const { steps, macros } = this.#agreed;
    const isLeftOut = (steps & no) !== 0;
    if (command.kind === 'mail') this.#hasMail = true;
    if (isLeftOut && isContent) return;
    const list = macros[stage] ?? [];
    this.buffer(macrosOf(command.kind, list.length === 0 ? USUAL_MACROS[stage] : list, values));
    if (isLeftOut) return;
    this.buffer(encodeCommand(command));
    if ((steps & nr) === 0) this.flush(command.kind);
  }

  flush(awaits: Step | null): void {
    if (this.#buffered.length === 0) return;
    this.turns.push({ bytes: Buffer.concat(this.#buffered), awaits, hasMail: this.#hasMail });
    this.#buffered = [];
    this.#hasMail = false;
  }
}

/** Those of the list that have a value. Postfix sends the command even when there are none. */
function macrosOf(step: Step, list: readonly string[], values: MacroValues): Uint8Array {
  const macros = list.flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [{ name: name as Octets, value: value as Octets }];
  });
  const command = SMFIC[step.toUpperCase() as Uppercase<Step>] as Octets;
  return encodeCommand({ kind: 'macro', command, macros });
}

/** The client has the name that it says, if that is one. */
function writeGreeting(writer: Writer, { client, helo }: Mail): void {
  const hasName = helo.includes('.');
  const values = new Map([
    ...ownMacros(),
    ['{daemon_addr}', '192.0.2.25'],
    ['v', 'Postfix 3.7.11'],
    ['_', `${hasName ? helo : 'unknown'} [${client}]`],
  ]);
  const hostName = (hasName ? helo : `[${client}]`) as Octets;
  const family = (client.includes(':') ? '6' : '4') as Octets;
  writer.say({ kind: 'connect', hostName, family, port: 41_234, address: client as Octets }, values);
  writer.say({ kind: 'helo', name: helo as Octets }, values);
}

/** From SMFIC_MAIL on, one after the other: Postfix has a queue id from the first accepted recipient on. */
function writeMessage(writer: Writer, mail: Mail): void {
  const { sender, recipients } = mail;
  const values = new Map([
    ...ownMacros(),
    ['{mail_addr}', sender],
    ['{mail_host}', sender === '' ? MAIL_SERVER : sender.slice(sender.lastIndexOf('@') + 1)],
    ['{mail_mailer}', 'smtp'],
    ['{rcpt_host}', 'receiver.example'],
    ['{rcpt_mailer}', 'local'],
  ]);
  writer.say({ kind: 'mail', path: `<${sender}>` as Octets, parameters: ['SIZE=2600' as Octets] }, values);
  for (let i = 0; i < recipients; i++) {
    const recipient = `user${i}@receiver.example`;
    values.set('{rcpt_addr}', recipient);
    writer.say({ kind: 'rcpt', path: `<${recipient}>` as Octets, parameters: [] }, values);
    values.set('i', '4ZbX2k5rTqz1N');
  }
  writer.say({ kind: 'data' }, values);
  writer.flush(null); // smtpd(8) hands the connection to cleanup(8)
  for (const [name, value] of headerOf(mail)) {
    writer.say({ kind: 'header', name: name as Octets, value: value as Octets }, values);
  }
  writer.say({ kind: 'eoh' }, values);
  writer.say({ kind: 'body', octets: BODY as Octets }, values);
  writer.say({ kind: 'bodyeob', octets: '' as Octets }, values);
}

function ownMacros(): (readonly [string, string])[] {
  return [
    ['j', MAIL_SERVER],
    ['{daemon_name}', MAIL_SERVER],
  ];
}

function headerOf({ client, helo, sender }: Mail): readonly (readonly [name: string, value: string])[] {
  const from = sender === '' ? 'mailer-daemon@sender.example' : sender;
  return [
    ['Received', `from submit.example by ${helo} with ESMTPS id 1a2b3c\n\tfor <user0@receiver.example>`],
    ['Date', 'Thu, 01 Jan 2026 00:00:00 +0000'],
    ['From', `Somebody <${from}>`],
    ['To', 'user0@receiver.example'],
    ['Message-ID', `<20260101000000.1@${helo}>`],
    ['Subject', `news from ${client}`],
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=us-ascii'],
  ];
}
