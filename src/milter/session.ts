/** One milter connection as a value, and what each command makes of it. */
import { err, ok, type Octets, type Result } from '../util/index.js';
import type { Command } from './command.js';
import { clientOf, pathInput, type Client, type Input } from './input.js';
import { findMacro, macrosUpTo, withMacros, type MacroTables } from './macros.js';
import { SMFIP } from './names.js';
import { negotiate, type Agreement, type Wants } from './negotiation.js';
import type { MilterProblem } from './problem.js';
import type { Response } from './response.js';

/** How far a message has got. What is not there may still come, what is earlier may not. */
const STAGES = ['mail', 'rcpt', 'data', 'header', 'eoh', 'body'] as const;

type Stage = (typeof STAGES)[number];

const REFUSALS: readonly Response['kind'][] = ['reject', 'tempfail', 'discard', 'replycode'];

/** These may come any number of times. */
const REPEATED: readonly Stage[] = ['rcpt', 'header', 'body'];

export interface Session {
  readonly wants: Wants;
  /** Null until the options are negotiated. */
  readonly agreement: Agreement | null;
  readonly client: Client | null;
  /** Empty where there was none. */
  readonly helo: Octets;
  /** Null between messages. */
  readonly stage: Stage | null;
  readonly macros: MacroTables;
  readonly isOver: boolean;
}

export interface Step {
  readonly session: Session;
  /** In order. A message that a command puts an end to is aborted first. */
  readonly inputs: readonly Input[];
  /** Whether the mail server waits for an answer, to the last of the inputs. Nothing may be sent otherwise. */
  readonly isReplyDue: boolean;
}

const EMPTY = '' as Octets;
const NONE: readonly Input[] = [];
const ABORT: Input = { kind: 'abort' };
const ABORTED: readonly Input[] = [ABORT];
const END_OF_MESSAGE: Input = { kind: 'end-of-message' };
const QUIT: Input = { kind: 'quit' };

/** Which flag takes the reply to which command away. */
const NO_REPLY: Readonly<Partial<Record<Input['kind'], number>>> = {
  connect: SMFIP.NR_CONN,
  helo: SMFIP.NR_HELO,
  mail: SMFIP.NR_MAIL,
  rcpt: SMFIP.NR_RCPT,
  data: SMFIP.NR_DATA,
  header: SMFIP.NR_HDR,
  eoh: SMFIP.NR_EOH,
  body: SMFIP.NR_BODY,
  unknown: SMFIP.NR_UNKN,
};

/** A connection before its first command. */
export function newSession(wants: Wants): Session {
  return { wants, agreement: null, client: null, helo: EMPTY, stage: null, macros: [], isOver: false };
}

/**
 * What a command means, and what comes after it.
 *
 * Mail servers differ in their order: Postfix sends SMFIC_ABORT twice, after the end of a message as well,
 * and after the HELO that is already the next; Sendmail sends none before it quits; a MAIL may come without
 * a HELO, and any step may be left out. So what can be understood is; a command that has no place (a
 * recipient without a sender) is ignored without a reply, as by libmilter, and puts an end to the message.
 * The one problem is a connection that does not begin with the options.
 */
export function step(session: Session, command: Command): Result<Step, MilterProblem> {
  if (session.isOver) return ok(ignored(session));
  return session.agreement === null ? begin(session, command) : ok(go(session, command));
}

/** What the end of the connection means: mail servers quit without a word as well. */
export function endOfConnection(session: Session): Step {
  return session.isOver ? ignored(session) : told({ ...session, stage: null, isOver: true }, session, QUIT);
}

/** The session after a response to this input: whoever refuses or accepts a message gets no more of it, and
 *  no abort. A refused recipient is no end. */
export function afterResponse(session: Session, to: Input['kind'], { kind }: Response): Session {
  const isEnd = kind === 'accept' || (REFUSALS.includes(kind) && to !== 'rcpt' && to !== 'unknown');
  return isEnd ? at(session, null, session.macros) : session;
}

/** The value of a macro by its name without braces, `i` or `auth_authen`: of the latest stage that has it.
 *  Null where it was not sent. */
export function macro(session: Session, name: string): Octets | null {
  return findMacro(session.macros, name);
}

function begin(session: Session, command: Command): Result<Step, MilterProblem> {
  if (command.kind === 'quit') return ok(endOfConnection(session));
  if (command.kind !== 'optneg') {
    return err({ code: 'not-negotiated', detail: `${command.kind} came first` });
  }
  const negotiated = negotiate(command, session.wants);
  if (!negotiated.ok) return negotiated;
  const agreement = negotiated.value;
  return ok(asked({ ...session, agreement }, session, { kind: 'negotiate', agreement }));
}

function go(session: Session, command: Command): Step {
  switch (command.kind) {
    case 'optneg':
      return ignored(session);
    case 'macro': {
      const macros = withMacros(session.macros, command);
      return ignored(macros === session.macros ? session : at(session, session.stage, macros));
    }
    case 'connect': {
      const client = clientOf(command);
      const next = at(session, null, macrosUpTo(session.macros, 'connect'), EMPTY, client);
      return asked(next, session, { kind: 'connect', client });
    }
    case 'helo': {
      const next = at(session, null, macrosUpTo(session.macros, 'helo'), command.name);
      return asked(next, session, command);
    }
    case 'mail': {
      const next = at(session, 'mail', macrosUpTo(session.macros, 'mail'));
      return asked(next, session, pathInput(command));
    }
    case 'rcpt':
      return inMessage(session, 'rcpt', pathInput(command));
    case 'data':
    case 'header':
    case 'eoh':
    case 'body':
      return inMessage(session, command.kind, command);
    case 'bodyeob': {
      if (session.stage === null) return ignored(session);
      const lastPiece: Input = { kind: 'body', octets: command.octets };
      const inputs = command.octets === '' ? [END_OF_MESSAGE] : [lastPiece, END_OF_MESSAGE];
      return { session: at(session, null, session.macros), inputs, isReplyDue: true };
    }
    case 'unknown':
      return { session, inputs: [command], isReplyDue: isReplyDue(session, command) };
    case 'abort': {
      return aborted(session, macrosUpTo(session.macros, 'helo'));
    }
    case 'quit-nc': {
      const { agreement } = session;
      return told({ ...newSession(session.wants), agreement }, session, { kind: 'new-connection' });
    }
    case 'quit':
      return endOfConnection(session);
  }
}

/** A command of a message: the next step of it, or one that has no place. */
function inMessage(session: Session, stage: Stage, input: Input): Step {
  if (session.stage === null) return ignored(session);
  const forward = STAGES.indexOf(stage) - STAGES.indexOf(session.stage);
  if (forward > 0 || (forward === 0 && REPEATED.includes(stage))) {
    const macros = stage === 'rcpt' ? macrosUpTo(session.macros, stage) : session.macros;
    const isSame = stage === session.stage && macros === session.macros; // one header after the other
    return {
      session: isSame ? session : at(session, stage, macros),
      inputs: [input],
      isReplyDue: isReplyDue(session, input),
    };
  }
  return aborted(session, session.macros);
}

/** What is said and gets its reply, after the end of a message that it puts an end to. */
function asked(next: Session, before: Session, input: Input): Step {
  return { session: next, inputs: withAbort(before, input), isReplyDue: isReplyDue(before, input) };
}

function told(next: Session, before: Session, input: Input): Step {
  return { session: next, inputs: withAbort(before, input), isReplyDue: false };
}

function withAbort({ stage }: Session, input: Input): readonly Input[] {
  return stage === null ? [input] : [ABORT, input];
}

function aborted(session: Session, macros: MacroTables): Step {
  const inputs = session.stage === null ? NONE : ABORTED;
  return { session: at(session, null, macros), inputs, isReplyDue: false };
}

function ignored(session: Session): Step {
  return { session, inputs: NONE, isReplyDue: false };
}

/** The session at another stage. Spelled out, as a copy by a spread takes twice as long. */
function at(
  { wants, agreement, client: before, helo: known, isOver }: Session,
  stage: Stage | null,
  macros: MacroTables,
  helo = known,
  client = before,
): Session {
  return { wants, agreement, client, helo, stage, macros, isOver };
}

function isReplyDue({ agreement }: Session, { kind }: Input): boolean {
  return ((agreement?.steps ?? 0) & (NO_REPLY[kind] ?? 0)) === 0;
}
