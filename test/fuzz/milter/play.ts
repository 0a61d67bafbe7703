/** Plays a script with a filter, and holds what must hold whatever a mail server says. */
import { setImmediate as turn } from 'node:timers/promises';

import type { Event } from '../../../src/events/index.js';
import { milterConversation, type MilterRules } from '../../../src/frontend/index.js';
import { authservId, type AuthservId } from '../../../src/header/index.js';
import type { Conversation, Converse, Wire } from '../../../src/util/index.js';
import { createJudge, Watch, type VerdictSettings } from '../../../src/verdict/index.js';
import { ManualClock } from '../../support/manual-clock.js';
import { always, verdictSettings, type SettingsLiteral } from '../../support/verdict-settings.js';
import { zone } from '../../support/zone.js';
import { hold } from '../target.js';
import { Expectation } from './expectation.js';
import { LateDns, type IsAtHand } from './late-dns.js';
import { packetOf } from './packets.js';
import type { Happening, Script } from './script.js';

const LITERALS: readonly SettingsLiteral[] = [
  {},
  {
    headers: { add: ['received-spf', 'authentication-results'], tagSubject: new Set(['fail']) },
    actions: { mailFrom: { fail: 'accept' } },
  },
  { actions: always('quarantine'), headers: { tagSubject: new Set(['pass', 'softfail', 'none']) } },
  { actions: always('defer'), onInternalError: 'defer' },
  {
    rules: [
      { name: 'boss', when: { recipient: ['boss@rcpt.example'] }, then: { actions: always('reject') } },
    ],
    skip: { recipients: ['exempt@rcpt.example', 'postmaster'] },
  },
  { dryRun: true },
  { prefetch: true, iprev: { check: true, matchSender: true, actions: { fail: 'defer' } } },
  { headers: { stripForged: false }, skip: { networks: ['192.0.2.0/24'] } },
  { skip: { ptrDomains: ['pass.example'] }, forwarders: [{ name: 'list', spfOf: ['deep.example'] }] },
];
/** By what mail is judged. */
const SETTINGS: readonly VerdictSettings[] = LITERALS.map(verdictSettings);
const REJECT_AT = ['rcpt', 'mail', 'helo'] as const;
/** `known`: a Postfix has been there before. */
const TRANSPORT = ['tcp', 'unix', 'known'] as const;
const STAGE_MS = 8_000;

const ZONE = zone({
  'pass.example': { TXT: ['v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 -all'] },
  'mail.pass.example': { TXT: ['v=spf1 a -all'], A: ['192.0.2.10'], AAAA: ['2001:db8::10'] },
  'fail.example': { TXT: ['v=spf1 exp=why.fail.example -all'] },
  'why.fail.example': { TXT: ['%{i} is not 100%% of %{d}, see http://%{d}/?s=%{S}'] },
  'mail.fail.example': { TXT: ['v=spf1 -all'] },
  'soft.example': { TXT: ['v=spf1 mx ~all'], MX: [[10, 'mail.pass.example']] },
  'temp.example': { TXT: 'servfail' },
  'perm.example': { TXT: ['v=spf1 moo'] },
  'slow.example': { TXT: ['v=spf1 include:pass.example -all'] },
  'deep.example': { TXT: ['v=spf1 include:slow.example exists:%{i}.%{l}.deep.example ?all'] },
  '10.2.0.192.in-addr.arpa': { PTR: ['mail.pass.example'] },
});

/** Which answers are there at once. */
const AT_HAND: readonly IsAtHand[] = [
  () => true,
  () => false,
  (name) => !/slow|deep/.test(name),
  (_, type) => type !== 'TXT',
];

/** More than any script can need. */
const MAX_ROUNDS = 20_000;
const LONG_MS = 60_000;

/** Where the mail server is. */
const HOST = '192.0.2.25';

const OURS = idOf('mx.example.net');
const OF_THE_LAB = idOf('mx.lab.test');

/** Throws where something does not hold. */
export async function play(script: Script): Promise<void> {
  const scene = new Scene(script);
  for (const happening of script.happenings) await scene.happen(happening);
  await scene.finish((script.dns >> 2) % 2 === 1);
}

class Scene implements Wire {
  readonly peer = 'a test';
  readonly host: string | null;
  readonly #clock = new ManualClock();
  readonly #dns: LateDns;
  readonly #conversation: Conversation;
  readonly #expected: Expectation;
  /** Chunks that the transport holds back while something is being worked on. */
  readonly #held: Buffer[] = [];
  #isBusy = false;
  /** The mail server has ended its side. */
  #isEnding = false;
  /** The conversation was told so. */
  #hasEnded = false;
  #isBroken = false;
  #isClosed = false;
  #protocolErrors = 0;
  /** Since all was settled: it was reported that something is refused. */
  #isRefusalReported = false;
  /** How many refusals there were when all was settled. */
  #refusalsBefore = 0;
  /** The first that did not hold, where nobody would hear of it. */
  #fault: { readonly cause: unknown } | null = null;

  constructor({ settings, rejectAt, transport, dns, stream }: Script) {
    const clock = this.#clock;
    this.#dns = new LateDns(ZONE, clock, AT_HAND[dns % AT_HAND.length] ?? (() => true));
    const report = (event: Event): void => {
      this.#take(event);
    };
    const { lookup } = this.#dns;
    const chosen = SETTINGS[settings % SETTINGS.length] ?? verdictSettings();
    const watch = new Watch(clock, report);
    const judge = createJudge(chosen, { lookup, clock, watch });
    this.#expected = new Expectation(stream, judge.tellsRecipientsApart);
    const own: MilterRules = {
      judge,
      rejectAt: REJECT_AT[rejectAt % REJECT_AT.length] ?? 'rcpt',
      stageMs: STAGE_MS,
      authservId: OURS,
      macros: ['{verify}'],
      readsHeaders: (rejectAt / REJECT_AT.length) % 2 < 1,
      named: (host) => (host === 'mx.lab.test' ? lab : own),
    };
    const lab: MilterRules = { ...own, authservId: OF_THE_LAB };
    const kind = TRANSPORT[transport % TRANSPORT.length];
    this.host = kind === 'unix' ? null : HOST;
    const converse = milterConversation({ rules: () => own, listener: null, clock, report });
    if (kind === 'known') visit(converse);
    this.#conversation = converse(this);
  }

  send(bytes: Uint8Array): void {
    this.#try(() => {
      hold(!this.#isClosed, 'nothing is sent behind the end');
      hold(!this.#isBroken, 'nothing is sent to nobody');
      this.#expected.read(bytes);
    });
  }

  /** As the transport does: whoever closes it is told at once that it has ended. */
  close(): void {
    this.#try(() => {
      hold(!this.#isClosed, 'there is one end');
    });
    this.#isClosed = true;
    this.#end(true);
  }

  hangUp(): void {
    this.close();
  }

  async happen(happening: Happening): Promise<void> {
    switch (happening.do) {
      case 'say':
        if (!this.#isEnding && !this.#isClosed && !this.#isBroken) this.#held.push(happening.chunk);
        this.#goOn();
        break;
      case 'answer':
        if (this.#dns.pending === 0) return;
        this.#dns.answer(happening.which);
        break;
      case 'wait':
        await this.#clock.advance(happening.ms);
        break;
      case 'end':
        if (happening.clean) this.#isEnding = true;
        else if (!this.#hasEnded) {
          this.#isBroken = true;
          this.#end(false);
        }
        this.#goOn();
        break;
    }
    if (this.#isBusy || happening.do === 'answer') await turn();
    this.#rethrow();
  }

  /** Every answer comes, or none before its deadline; then nothing may be left. */
  async finish(areAnswersLate: boolean): Promise<void> {
    for (let round = 0; this.#isBusy || this.#dns.pending > 0; round++) {
      this.#rethrow();
      hold(areAnswersLate || this.#dns.pending > 0, 'with all answers there, nothing is waited for');
      hold(round < MAX_ROUNDS, 'there is an end');
      if (areAnswersLate) await this.#clock.advance(LONG_MS);
      else {
        this.#dns.answer('all');
        await turn();
      }
    }
    this.#isEnding = true;
    this.#goOn();
    await turn();
    this.#rethrow();
    hold(this.#hasEnded && !this.#isBusy, 'the end is the end');
    hold(this.#clock.pending === 0 && this.#dns.pending === 0, 'nothing is pending');
    if (this.#isBroken) return;
    this.#settle();
    hold(this.#isClosed === this.#expected.isOver, 'closed if told to, or because of a problem');
    const { isMidRequest } = this.#conversation;
    hold(
      this.#isClosed || isMidRequest === this.#expected.isMidRequest,
      'with the connection the message ends',
    );
  }

  /** Gives the conversation what is next, if it takes it. */
  #goOn(): void {
    while (!this.#isBusy && !this.#isClosed && !this.#isBroken) {
      const chunk = this.#held.shift();
      if (chunk === undefined) break;
      this.#expected.say(chunk.length);
      const pending = this.#conversation.receive(chunk);
      if (pending === undefined) this.#settled(chunk);
      else {
        this.#isBusy = true;
        pending
          .then(() => {
            this.#isBusy = false;
            this.#settled(chunk);
            this.#goOn();
          })
          .catch((cause: unknown) => {
            this.#fault ??= { cause };
            this.#isBusy = false;
          });
      }
    }
    if (this.#isEnding && this.#held.length === 0) this.#end(true);
  }

  /** A chunk has been worked on; what is kept of it has been copied. */
  #settled(chunk: Buffer): void {
    chunk.fill(0xff);
    if (this.#isBroken) return;
    this.#try(() => {
      this.#settle();
      if (this.#isClosed || this.#hasEnded) return;
      const { isMidRequest } = this.#conversation;
      hold(isMidRequest === this.#expected.isMidRequest, `in the middle of a request: ${!isMidRequest}`);
    });
  }

  #settle(): void {
    this.#expected.settle();
    if (this.#hasEnded) this.#expected.end();
    hold(this.#protocolErrors === (this.#expected.hasProblem ? 1 : 0), 'a problem is reported once');
    const { refusals } = this.#expected;
    hold(
      refusals > this.#refusalsBefore || !this.#isRefusalReported,
      'what is reported as refused was refused',
    );
    this.#refusalsBefore = refusals;
    this.#isRefusalReported = false;
  }

  #end(clean: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#conversation.end(clean);
  }

  #take(event: Event): void {
    if (event.kind === 'internal-error') this.#fault ??= { cause: event.error };
    if (event.kind === 'protocol-error') this.#protocolErrors++;
    if (event.kind !== 'message-judged' || event.dryRun) return;
    if (event.action === 'reject' || event.action === 'defer') this.#isRefusalReported = true;
  }

  #try(check: () => void): void {
    try {
      check();
    } catch (cause) {
      this.#fault ??= { cause };
    }
  }

  #rethrow(): void {
    if (this.#fault !== null) throw this.#fault.cause;
  }
}

/** A whole connection of a Postfix without a message. */
function visit(converse: Converse): void {
  const conversation = converse({
    peer: 'a test',
    host: HOST,
    send: () => undefined,
    close: () => undefined,
    hangUp: () => undefined,
  });
  void conversation.receive(Buffer.concat(['O', 'c', 'C'].flatMap((letter) => packetOf(letter, 0) ?? [])));
  conversation.end(true);
}

function idOf(text: string): AuthservId {
  const id = authservId(text);
  if (!id.ok) throw new Error(`${id.error}: ${text}`);
  return id.value;
}
