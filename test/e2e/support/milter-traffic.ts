/** Mail through a server that asks our milters: a client talks SMTP, and what arrives is looked at. */
import { expect } from '@jest/globals';

import { HELO } from './our-fields.js';
import type { Dialogue, Envelope, SmtpClient, Visitor } from './smtp-client.js';
import { CLIENT, nameFor, type Result } from './zone.js';

export const VISITOR: Visitor = { client: CLIENT, helo: HELO };
export const ONE = ['one@rcpt.example'];
export const TWO = ['one@rcpt.example', 'two@rcpt.example'];

/** A sender whose domain gives that result. */
export function from(result: Result): string {
  return `user@${nameFor(result, 'mail')}`;
}

export const ACCEPTED: unknown = expect.stringMatching(/^250 /);
export const ALL_ACCEPTED = { mail: ACCEPTED, rcpt: [ACCEPTED], end: ACCEPTED };

/** The mail server, which has a port for each set of settings under test. */
export interface MailServer<Port extends string> {
  readonly session: (port: Port, visitor: Visitor) => Promise<SmtpClient>;
  /** The message to one recipient whose end of DATA got this reply. */
  readonly delivered: (reply: string | null) => Promise<string>;
  /** Matches how it tells the client of our refusal because of SPF fail. */
  readonly refused: unknown;
}

export interface Traffic<Port extends string> extends MailServer<Port> {
  /** One message in a session of its own: from VISITOR, with SPF pass, to one recipient, if nothing else is said. */
  readonly send: (port: Port, envelope: Partial<Envelope>, visitor?: Visitor) => Promise<Dialogue>;
  /** The same for a message to one recipient, which must arrive. */
  readonly arrive: (port: Port, envelope: Partial<Envelope>, visitor?: Visitor) => Promise<string>;
}

/** All the traffic of a mail server; it need not run before the first message. */
export function trafficThrough<Port extends string>(server: MailServer<Port>): Traffic<Port> {
  const send: Traffic<Port>['send'] = async (port, envelope, visitor = VISITOR) => {
    const smtp = await server.session(port, visitor);
    const dialogue = await smtp.send({ from: from('pass'), to: ONE, ...envelope });
    smtp.close();
    return dialogue;
  };
  const arrive: Traffic<Port>['arrive'] = async (port, envelope, visitor) => {
    const dialogue = await send(port, envelope, visitor);
    expect(dialogue).toEqual(ALL_ACCEPTED);
    return server.delivered(dialogue.end);
  };
  return { ...server, send, arrive };
}
