/** Splits text that comes in chunks into lines, and keeps no more of a line than is allowed. */

/**
 * The lines, without their `\n`. Of a line with more than `limit` characters come its first `limit + 1`, so
 * that it can be told from one that just fits; the rest of it is skipped.
 */
export async function* boundedLines(chunks: AsyncIterable<string>, limit: number): AsyncGenerator<string> {
  let line = '';
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      yield line + chunk.slice(start, Math.min(end, start + limit + 1 - line.length));
      line = '';
      start = end + 1;
    }
    line += chunk.slice(start, start + limit + 1 - line.length);
  }
  if (line !== '') yield line;
}
