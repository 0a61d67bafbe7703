/**
 * How much memory an answer takes while it is kept. The figures are what the heap of Node 20 showed for
 * 50,000 of each, rounded up; `test/soak/cache-memory.ts` compares the sum with the heap.
 */
import { LABEL_DOT, type Answer, type RecordData, type RecordType } from '../dns/index.js';

/** The entry, its place in the order, and its share of a map that is half empty. */
const ENTRY = 200;
/** The answer and the list of its records. */
const ANSWER = 100;
const RECORD = 16;
const STRING = 24;
/** With the text that is made of an address when somebody prints it. */
const ADDRESS: Readonly<Record<'A' | 'AAAA', number>> = { A: 160, AAAA: 240 };
const MX = 40;
/** The SPF record that is parsed from a TXT answer lives as long as the answer: at least so much, and more
 *  for each word and each macro in the text. */
const PARSED = 500;
const PARSED_WORD = 400;
const PARSED_MACRO = 100;

/** Bytes of an answer to a question for the name and type, everything that hangs on it included. */
export function answerBytes(key: string, type: RecordType, answer: Answer<RecordData[RecordType]>): number {
  let bytes = ENTRY + stringBytes(key) + ANSWER;
  if (answer.kind !== 'records') return bytes;
  if (type === 'TXT') bytes += PARSED;
  for (const record of answer.records) bytes += RECORD + recordBytes(type, record);
  return bytes;
}

function recordBytes(type: RecordType, record: RecordData[RecordType]): number {
  if (typeof record === 'string') return stringBytes(record) + (type === 'TXT' ? parsedBytes(record) : 0);
  if ('exchange' in record) return MX + stringBytes(record.exchange);
  return ADDRESS[record.family === 4 ? 'A' : 'AAAA'];
}

/** A string with a character above U+00FF, which only a dot inside of a label can be, takes two bytes for
 *  each. */
function stringBytes(text: string): number {
  return STRING + text.length * (text.includes(LABEL_DOT) ? 2 : 1);
}

function parsedBytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x20) bytes += PARSED_WORD;
    else if (c === 0x25) bytes += PARSED_MACRO;
  }
  return bytes;
}
