/** `spfwarden query --batch`: JSON lines in, JSON lines out, in order. */
import { MAX_BATCH_LINE, query, queryBatch, readBatchLine } from '../app/index.js';
import { boundedLines } from './bounded-lines.js';
import { EXIT } from './exit-status.js';
import { jsonLine } from './json-line.js';
import { asJson, openMeans, type QueryWords } from './query.js';
import { fail, print } from './terminal.js';

/** Exits with 65 if a line could not be asked; its answer then is `{id, error}`. */
export async function runBatch(words: QueryWords): Promise<number> {
  const wrong = wrongWords(words);
  if (wrong !== null) {
    fail(wrong);
    return EXIT.usage;
  }
  const means = await openMeans(words);
  if (typeof means === 'number') return means;
  let status: number = EXIT.ok;
  await queryBatch(
    boundedLines(process.stdin.setEncoding('utf8'), MAX_BATCH_LINE),
    async (line) => {
      const read = readBatchLine(line, means.receiver);
      if ('error' in read) return read;
      return { id: read.id, ...asJson(await query(read.query, means), words.explain) };
    },
    (answer) => {
      if ('error' in answer) status = EXIT.data;
      return print(jsonLine(answer));
    },
  );
  means.close();
  return status;
}

function wrongWords(words: QueryWords): string | null {
  if (words.question.length > 0) return 'with --batch the questions come on standard input';
  if (words.json) return '--batch prints JSON without being told: --json is for one question';
  if (words.exitCode) return '--exit-code tells the result of one question: --batch has many';
  return null;
}
