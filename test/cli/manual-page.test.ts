/** `man/spfwarden.8` is written by hand: does it have what the program has? */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';

import { EXIT, RESULT_STATUS } from '../../src/cli/exit-status.js';
import { FORMATS } from '../../src/migrate/index.js';
import { topOfRepository } from '../config/generated-files.js';
import { describeManualPage } from '../support/mandoc.js';
import { runProgram } from '../support/program.js';

jest.setTimeout(60_000); // each command is a process

const top = topOfRepository();
const page = readFileSync(join(top, 'man/spfwarden.8'), 'utf8');

/** What stands between a line and the next of the same kind. */
function section(name: string): string {
  return new RegExp(`^\\.Sh ${name}\\n([^]*?)(?=^\\.Sh |$(?![^]))`, 'm').exec(page)?.[1] ?? '';
}

async function helpOf(...words: readonly string[]): Promise<string> {
  const { stdout } = await runProgram([...words, '--help']);
  return stdout;
}

/** The commands that a help text lists, without the name of the program and of what they take. */
function commandsIn(help: string): readonly string[] {
  return [...help.matchAll(/^ {2}spfwarden ([a-z]+(?: [a-z]+)*)/gm)].map(([, words = '']) => words);
}

function optionsIn(help: string): readonly string[] {
  const names = [...help.matchAll(/ --([a-z-]+) /g)].map(([, name = '']) => name);
  return names.filter((name) => name !== 'help' && name !== 'version' && name !== 'config');
}

describe('spfwarden(8)', () => {
  const commands = ['serve', 'spawn', 'query', 'check', 'config', 'migrate', 'demo'] as const;

  test('has every command', async () => {
    expect(commandsIn(await helpOf())).toStrictEqual([...commands]);
    const ofConfig = commandsIn(await helpOf('config'));
    expect(ofConfig).toStrictEqual(['config show', 'config schema']);
    const items = commands.flatMap((command) => (command === 'config' ? ofConfig : [command]));
    for (const item of items) {
      const words = item.split(' ').map((word) => `Cm ${word}`);
      expect(page).toMatch(new RegExp(`^\\.It ${words.join(' ')}(?: |$)`, 'm'));
    }
  });

  test.each(commands)('has every option of %s', async (command) => {
    const help = await helpOf(command);
    expect(help).toContain(`spfwarden ${command}`);
    for (const name of optionsIn(help)) expect(page).toContain(`Fl -${name}`);
  });

  test('has every format of migrate', () => {
    for (const format of Object.keys(FORMATS))
      expect(page).toMatch(new RegExp(`^\\.It Cm .*\\b${format}\\b`, 'm'));
  });

  test('has every exit status', () => {
    const items = [...section('EXIT STATUS').matchAll(/^\.It (\d+)$/gm)].map(([, status]) => Number(status));
    expect(items).toStrictEqual(Object.values(EXIT));
    const results = Object.entries(RESULT_STATUS).map(([result, status]) => `${status} ${result}`);
    const told = `${results.slice(0, -1).join(', ')} and ${results.at(-1) ?? ''}`;
    expect(section('EXIT STATUS')).toContain(told.replace('0 pass', '0 for pass'));
  });

  test('is among the pages that are installed, which are all there', () => {
    const { man } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { readonly man: string[] };
    expect(man).toContain('man/spfwarden.8');
    for (const path of man) expect(existsSync(join(top, path))).toBe(true);
  });

  describeManualPage('spfwarden(8)', page);
});
