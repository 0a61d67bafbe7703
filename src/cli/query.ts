/** `spfwarden query`: one check. */
import { openQueryMeans, query, type OpenMeans, type QueryReport } from '../app/index.js';
import { IpAddress } from '../net/index.js';
import { EXIT, RESULT_STATUS } from './exit-status.js';
import { explain } from './explain.js';
import { traceJson } from './trace-json.js';
import { fail, print } from './terminal.js';

export interface QueryWords {
  readonly ip: string | undefined;
  readonly sender: string | undefined;
  readonly helo: string | undefined;
  readonly config: string | undefined;
  readonly explain: boolean;
  readonly json: boolean;
  readonly exitCode: boolean;
  readonly dns: string | undefined;
  readonly dnsTimeout: number | undefined;
  readonly batch: boolean;
}

export async function runQuery(words: QueryWords): Promise<number> {
  const { ip: address, sender, helo = '' } = words;
  if (address === undefined || sender === undefined) {
    fail('query needs IP and SENDER (or --batch); the null sender is ""');
    return EXIT.usage;
  }
  const ip = IpAddress.parse(address);
  if (ip === null) {
    fail(`"${address}" is not an IP address`);
    return EXIT.usage;
  }
  const means = await openMeans(words);
  if (typeof means === 'number') return means;
  const report = await query({ ip, sender, helo, receiver: means.receiver }, means);
  means.close();
  await print(
    words.json ? `${JSON.stringify(asJson(report, words.explain))}\n` : asText(report, ip, words.explain),
  );
  return words.exitCode ? RESULT_STATUS[report.result] : EXIT.ok;
}

/** What queries work with, or an exit status, when the reason has been told. */
export async function openMeans(words: QueryWords): Promise<OpenMeans | number> {
  const { config, dns, dnsTimeout } = words;
  if (dnsTimeout !== undefined && !(Number.isInteger(dnsTimeout) && dnsTimeout > 0)) {
    fail('--dns-timeout takes a whole number of milliseconds');
    return EXIT.usage;
  }
  try {
    const means = await openQueryMeans({
      configPath: config ?? null,
      dns: dns ?? null,
      dnsTimeoutMs: dnsTimeout ?? null,
    });
    if (means.ok) return means.value;
    fail(means.error.text.trimEnd());
    return means.error.kind === 'config' ? EXIT.config : EXIT.data;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error; // not the system's word: a bug
    fail(error.message);
    return EXIT.noInput;
  }
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
