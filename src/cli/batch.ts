/** `spfwarden query --batch`: JSON lines in, JSON lines out, in order. */
import { createInterface } from 'node:readline';

import { query, queryBatch, readBatchLine } from '../app/index.js';
import { EXIT } from './exit-status.js';
import { asJson, openMeans, type QueryWords } from './query.js';
import { endWithReader, fail, print } from './terminal.js';

/** Exits with 65 if a line could not be asked; its answer then is `{id, error}`. */
export async function runBatch(words: QueryWords): Promise<number> {
  if (words.ip !== undefined) {
    fail('with --batch the questions come on standard input');
    return EXIT.usage;
  }
  const means = await openMeans(words);
  if (typeof means === 'number') return means;
  endWithReader();
  let status: number = EXIT.ok;
  await queryBatch(
    createInterface({ input: process.stdin, crlfDelay: Infinity }),
    async (line) => {
      const read = readBatchLine(line, means.receiver);
      if ('error' in read) return read;
      return { id: read.id, ...asJson(await query(read.query, means), words.explain) };
    },
    (answer) => {
      if ('error' in answer) status = EXIT.data;
      return print(`${JSON.stringify(answer)}\n`);
    },
  );
  means.close();
  return status;
}
