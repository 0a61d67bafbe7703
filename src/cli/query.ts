/** `spfwarden query`: one check. */
import { openQueryMeans, query, type OpenMeans, type QueryReport } from '../app/index.js';
import { IpAddress } from '../net/index.js';
import { EXIT, RESULT_STATUS } from './exit-status.js';
import { explain } from './explain.js';
import { jsonLine } from './json-line.js';
import { traceJson } from './trace-json.js';
import { fail, print } from './terminal.js';

export interface QueryWords {
  /** IP, SENDER and HELO, as many as were given. */
  readonly question: readonly string[];
  readonly config: string | undefined;
  readonly explain: boolean;
  readonly json: boolean;
  readonly exitCode: boolean;
  readonly dns: string | undefined;
  readonly dnsTimeout: number | undefined;
  readonly batch: boolean;
}

export async function runQuery(words: QueryWords): Promise<number> {
  const [address, sender, helo = '', ...more] = words.question;
  if (address === undefined || sender === undefined) {
    fail('query needs IP and SENDER (or --batch); the null sender is ""');
    return EXIT.usage;
  }
  if (more.length > 0) {
    fail('query takes IP, SENDER and HELO, and no more');
    return EXIT.usage;
  }
  const ip = IpAddress.parse(address);
  if (ip === null) {
    fail(`"${address}" is not an IP address`);
    return EXIT.usage;
  }
  const means = await openMeans(words);
  if (typeof means === 'number') return means;
  const report = await query({ ip, sender: bare(sender), helo, receiver: means.receiver }, means);
  means.close();
  await print(words.json ? jsonLine(asJson(report, words.explain)) : asText(report, ip, words.explain));
  return words.exitCode ? RESULT_STATUS[report.result] : EXIT.ok;
}

/** What queries work with, or an exit status, when the reason has been told. */
export async function openMeans(words: QueryWords): Promise<OpenMeans | number> {
  const { config, dns, dnsTimeout } = words;
  if (dnsTimeout !== undefined && !(Number.isInteger(dnsTimeout) && dnsTimeout > 0)) {
    fail('--dns-timeout takes a whole number of milliseconds');
    return EXIT.usage;
  }
  const means = await openQueryMeans({
    configPath: config ?? null,
    dns: dns ?? null,
    dnsTimeoutMs: dnsTimeout ?? null,
  });
  if (means.ok) return means.value;
  fail(means.error.text.trimEnd());
  return EXIT[means.error.kind];
}

/** The address without the angle brackets that it has in SMTP and in logs. */
function bare(sender: string): string {
  return sender.startsWith('<') && sender.endsWith('>') ? sender.slice(1, -1) : sender;
}

/** A report as an object for programs; the keys are those of a batch. */
export function asJson(report: QueryReport, withTrace: boolean): Readonly<Record<string, unknown>> {
  const { trace, ...rest } = report;
  const durationMs = Math.round(rest.durationMs * 1000) / 1000;
  return { ...rest, durationMs, ...(withTrace ? { trace: trace.map(traceJson) } : {}) };
}

function asText(report: QueryReport, ip: IpAddress, withTree: boolean): string {
  const lines: string[] = [report.result];
  if (report.matched !== null) lines.push(`matched: ${report.matched}`);
  if (report.problem !== null) lines.push(`problem: ${report.problem}`);
  if (report.explanation !== null) lines.push(`explanation: ${report.explanation}`);
  lines.push(report.header);
  if (withTree) lines.push('', ...explain(report, ip.toString()));
  return `${lines.join('\n')}\n`;
}
