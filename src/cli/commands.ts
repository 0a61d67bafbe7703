/** The commands and their options, as yargs reads them. */
import { readFileSync } from 'node:fs';
import yargs, { type Argv } from 'yargs';

import type { Override } from '../config/index.js';
import { runBatch } from './batch.js';
import { runCheck } from './check.js';
import { runConfigSchema, runConfigShow } from './config.js';
import { EXIT } from './exit-status.js';
import { FORMAT_NAMES, runMigrate } from './migrate.js';
import { runQuery } from './query.js';
import { fail, silenceStandardError } from './terminal.js';

/** Runs the command that the words name, and returns the exit status. */
export async function runCommand(words: readonly string[]): Promise<number> {
  let status: number = EXIT.ok;
  const parser = yargs()
    .locale('en') // yargs would translate its own half of the text
    .scriptName('spfwarden')
    .usage('$0 [command]: an SPF verifier for mail servers (RFC 7208)')
    .version(version())
    .parserConfiguration({ 'parse-positional-numbers': false, 'duplicate-arguments-array': false })
    .strict()
    .wrap(100)
    .exitProcess(false)
    .help()
    .alias('help', 'h')
    .fail((message, error: Error | undefined, parsed) => {
      if (error !== undefined && error.name !== 'YError') throw error; // a command's, and a bug
      status = EXIT.usage;
      parsed.showHelp('error');
      fail(`\n${message}`);
    })
    .command(
      ['serve', '$0'],
      'run the daemon (this is the default)',
      (y) => serveOptions(y),
      async (args) => {
        const { runServe } = await import('./serve.js');
        status = await runServe(args.config ?? null, overrides(args));
      },
    )
    .command(
      'spawn [file]',
      'hold one policy conversation on standard input and output, for spawn(8)',
      (y) =>
        y
          .positional('file', { type: 'string', describe: 'configuration file' })
          .option('config', CONFIG_OPTION),
      async (args) => {
        silenceStandardError(); // the command need not be the first word
        if ((args.file !== undefined && args.config !== undefined) || args._.length > 1) {
          status = EXIT.usage;
          return;
        }
        const { spawn } = await import('../app/index.js');
        status = await spawn(args.file ?? args.config ?? null);
      },
    )
    .command(
      'query [ip] [sender] [helo]',
      'check one sender, or many with --batch',
      (y) => queryOptions(y),
      async (args) => {
        const words = { ...args, question: questionOf(args) };
        status = args.batch ? await runBatch(words) : await runQuery(words);
      },
    )
    .command(
      'check',
      'find all that is wrong with the configuration file',
      (y) => y.option('config', CONFIG_OPTION),
      async (args) => {
        status = await runCheck(args.config ?? null);
      },
    )
    .command('config', 'show the configuration, or what it can hold', (y) =>
      y
        .command(
          'show',
          'print what is in force, and where each value comes from',
          (z) => z.option('config', CONFIG_OPTION),
          async (args) => {
            status = await runConfigShow(args.config ?? null);
          },
        )
        .command(
          'schema',
          'print the JSON Schema of the configuration file, for editors',
          (z) => z,
          async () => {
            status = await runConfigSchema();
          },
        )
        .demandCommand(1, 'show or schema?'),
    )
    .command(
      'migrate <file>',
      'turn the configuration file of another SPF program into one of ours',
      (y) =>
        y
          .positional('file', { type: 'string', demandOption: true, describe: 'the old file' })
          .option('format', { choices: FORMAT_NAMES, describe: 'what it is, if that cannot be seen' }),
      async (args) => {
        status = await runMigrate(args.file, args.format ?? null);
      },
    )
    .command(
      'demo',
      'run the daemon on a built-in zone and play a session; needs no network',
      (y) => y,
      async () => {
        const { demo } = await import('../app/index.js');
        await demo((line) => {
          process.stdout.write(`${line}\n`);
        });
      },
    );
  await parser.parseAsync(words);
  return status;
}

const CONFIG_OPTION = {
  alias: 'c',
  type: 'string',
  describe: 'configuration file',
  requiresArg: true,
} as const;

function serveOptions(y: Argv) {
  return y
    .option('config', CONFIG_OPTION)
    .option('listen-policy', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'where Postfix connects: address:port, unix:/path, or off',
    })
    .option('listen-milter', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'where Postfix or Sendmail connects as to a milter: address:port, unix:/path, or off',
    })
    .option('dry-run', { type: 'boolean', describe: 'judge and log, and refuse nothing' })
    .option('log-level', {
      type: 'string',
      requiresArg: true,
      describe: 'error, warning, notice, info or debug',
    });
}

interface ServeWords {
  readonly listenPolicy: string[] | undefined;
  readonly listenMilter: string[] | undefined;
  readonly dryRun: boolean | undefined;
  readonly logLevel: string | undefined;
}

function overrides({ listenPolicy, listenMilter, dryRun, logLevel }: ServeWords): Override[] {
  const given: Override[] = [];
  const listeners = [
    ['listen.policy', '--listen-policy', listenPolicy],
    ['listen.milter', '--listen-milter', listenMilter],
  ] as const;
  for (const [option, flag, addresses] of listeners) {
    if (addresses === undefined) continue;
    const [first = '', ...more] = addresses;
    given.push({ option, flag, value: more.length > 0 ? addresses : first });
  }
  if (dryRun !== undefined) given.push({ option: 'dry_run', flag: '--dry-run', value: String(dryRun) });
  if (logLevel !== undefined) given.push({ option: 'log.level', flag: '--log-level', value: logLevel });
  return given;
}

interface QuestionWords {
  readonly ip: string | undefined;
  readonly sender: string | undefined;
  readonly helo: string | undefined;
  readonly _: readonly (string | number)[];
}

/** What is asked. Words after `--` are not given their names: they are in `_`, behind the command. */
function questionOf({ ip, sender, helo, _ }: QuestionWords): string[] {
  return [ip, sender, helo, ..._.slice(1).map(String)].filter((word) => word !== undefined);
}

function queryOptions(y: Argv) {
  return y
    .positional('ip', { type: 'string', describe: 'address of the client' })
    .positional('sender', {
      type: 'string',
      describe: 'MAIL FROM; "" is the null sender; after -- it may begin with "-"',
    })
    .positional('helo', { type: 'string', describe: 'HELO name' })
    .option('config', CONFIG_OPTION)
    .option('explain', { type: 'boolean', default: false, describe: 'show how the result came about' })
    .option('json', { type: 'boolean', default: false, describe: 'print one JSON object' })
    .option('exit-code', {
      type: 'boolean',
      default: false,
      describe: 'exit with 0 pass, 1 fail, 2 softfail, 3 neutral, 4 permerror, 5 temperror, 6 none',
    })
    .option('dns', {
      type: 'string',
      requiresArg: true,
      describe: 'ADDRESS[:PORT] of a name server, or a zone file',
    })
    .option('dns-timeout', { type: 'number', requiresArg: true, describe: 'milliseconds for one question' })
    .option('batch', { type: 'boolean', default: false, describe: 'JSON lines in, JSON lines out' });
}

function version(): string {
  const file = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { readonly version: string }).version;
}
