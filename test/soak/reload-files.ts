/** Configurations, each with a mark in all that it has a message told: which of them made an answer? */

/** What the soak's messages come to; `softfail` is refused by every other configuration and let pass by the rest. */
export const KINDS = ['pass', 'fail', 'softfail'] as const;
export type Kind = (typeof KINDS)[number];

export const RECORDS: Readonly<Record<Kind, string>> = {
  pass: 'v=spf1 ip4:192.0.2.1 -all',
  fail: 'v=spf1 -all',
  softfail: 'v=spf1 ~all',
};

/** How a file is broken, with one problem each. */
export const FAULTS = ['unknown-key', 'bad-value', 'cut-short', 'absent', 'other-file-absent'] as const;
export type Fault = (typeof FAULTS)[number];

/** The configuration of that number. Its name servers, its cache, its replies and its actions are not those of
 *  the one before. */
export function goodFile(number: number, servers: readonly string[]): Readonly<Record<string, unknown>> {
  const reply = { code: codeOf(number), text: `number ${number} on %{r}` };
  return {
    hostname: hostOf(number),
    listen: { policy: '127.0.0.1:0', milter: 'off' },
    log: { level: 'notice' },
    dns: {
      servers: [servers[number % servers.length]],
      timeout: '20s',
      cache: { entries: [50_000, 0, 100][number % 3] },
      outage_guard: { then: 'off' },
    },
    headers: { add: ['received-spf', 'authentication-results'] },
    actions: { mail_from: { softfail: refuses(number, 'softfail') ? 'reject' : 'accept' } },
    replies: { fail: reply, softfail: reply },
  };
}

/** A file that would be the one of that number, and cannot be used; null for none at all. */
export function brokenFile(number: number, servers: readonly string[], fault: Fault): string | null {
  const good = goodFile(number, servers);
  switch (fault) {
    case 'unknown-key':
      return JSON.stringify({ ...good, no_such_option: 1 });
    case 'bad-value':
      return JSON.stringify({ ...good, limits: { time: 'soon' } });
    case 'cut-short':
      return `hostname: ${hostOf(number)}\nprofile: "strict\n`;
    case 'absent':
      return null;
    case 'other-file-absent':
      return JSON.stringify({ ...good, skip: { senders_file: '/nowhere/senders' } });
  }
}

/** What a request asks about: a recipient, or the end of a message that has some that were not refused. */
export type Stage = 'RCPT' | 'DATA';

/** The number of the configuration that the answer is of; null for an answer that none gives, or a mixture. */
export function numberOf(answer: string, kind: Kind, stage: Stage): number | null {
  const number = markOf(answer);
  return number !== null && isAnswerOf(number, answer, kind, stage) ? number : null;
}

/** The number of the configuration whose mark a text bears; null where there is none, or more than one. */
export function markOf(text: string): number | null {
  const marks = new Set([...text.matchAll(/(?:\bmx|\bnumber )(\d+)\b/g)].map(([, mark]) => Number(mark)));
  const [number] = marks;
  return number === undefined || marks.size > 1 ? null : number;
}

function isAnswerOf(number: number, answer: string, kind: Kind, stage: Stage): boolean {
  const host = hostOf(number);
  const refusal = refusalOf(number, kind);
  if (refusal !== null) return stage === 'RCPT' && answer === `action=${refusal}\n\n`;
  if (stage === 'DATA') {
    return answer.startsWith(`action=PREPEND Authentication-Results: ${host}; spf=${kind} `);
  }
  const begin = `action=PREPEND Received-SPF: ${kind} (${host}: `;
  return answer.startsWith(begin) && answer.includes(` receiver=${host}; `);
}

/** What a recipient of such a message is refused with; null if it is not. */
export function refusalOf(number: number, kind: Kind): string | null {
  return refuses(number, kind) ? `${codeOf(number)} 5.7.23 number ${number} on ${hostOf(number)}` : null;
}

/** The name of the host. */
export function hostOf(number: number): string {
  return `mx${number}.soak.example`;
}

function codeOf(number: number): number {
  return number % 2 === 0 ? 550 : 554;
}

function refuses(number: number, kind: Kind): boolean {
  return kind === 'fail' || (kind === 'softfail' && number % 2 === 1);
}
