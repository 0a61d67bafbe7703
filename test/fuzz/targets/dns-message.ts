/** DNS messages from anywhere (RFC 1035 §4.1), and what is believed of them. */
import { isQueryable, queryName, type RecordType } from '../../../src/dns/index.js';
import { readResponse } from '../../../src/resolver/response.js';
import { decodeMessage } from '../../../src/resolver/wire-decode.js';
import {
  encodeMessage,
  latin1,
  optRecord,
  QR,
  RA,
  RD,
  TC,
  textRdata,
  TYPES,
  words,
} from '../../support/dns-message.js';
import { hold, type Target } from '../target.js';

const NAME = 'mail.example.com';
const ASKED: readonly RecordType[] = ['A', 'AAAA', 'MX', 'PTR', 'TXT'];

type Parts = Omit<Parameters<typeof encodeMessage>[0], 'id' | 'flags'>;

function message(type: keyof typeof TYPES, flags: number, parts: Parts): string {
  const question = { name: NAME, type: TYPES[type] ?? 0 };
  return encodeMessage({ id: 0x1234, flags: QR | RD | flags, questions: [question], ...parts }).toString(
    'latin1',
  );
}

const record = (name: string, type: keyof typeof TYPES, ...rdata: (Buffer | { name: string })[]) => ({
  name,
  type: TYPES[type] ?? 0,
  ttl: 300,
  rdata,
});

export const target: Target = {
  name: 'dns-message',
  corpus: [
    message('A', RA, {
      answers: [record(NAME, 'A', latin1('\xc0\x00\x02\x01'))],
      additional: [optRecord(1232)],
    }),
    message('AAAA', RA, { answers: [record(NAME, 'AAAA', latin1('\x20\x01\x0d\xb8'.padEnd(16, '\0')))] }),
    message('MX', RA, {
      answers: [
        record(NAME, 'MX', words(10), { name: 'mx1.example.com' }),
        record(NAME, 'MX', words(20), { name: 'mx2.example.com' }),
      ],
    }),
    message('TXT', RA, {
      answers: [record(NAME, 'TXT', textRdata(['v=spf1 mx', ' -all']))],
      compress: false,
    }),
    message('A', RA, {
      answers: [
        record(NAME, 'CNAME', { name: 'a.example.com' }),
        record('a.example.com', 'CNAME', { name: NAME }),
        record('a.example.com', 'A', latin1('\xc0\x00\x02\x01')),
      ],
    }),
    message('TXT', RA | 3, {
      authority: [
        record(
          'example.com',
          'SOA',
          { name: 'ns.example.com' },
          { name: 'x.example.com' },
          words(0, 1, 0, 2, 0, 3, 0, 4, 0, 60),
        ),
      ],
    }),
    message('TXT', RA | TC, {}),
    message('PTR', RA | 2, {}),
  ],
  run(bytes) {
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) return;
    const { question, answers } = decoded.value;
    hold(answers.length <= bytes.length / 11, 'no more records than there is room for');
    for (const { name } of answers) hold(name === '' || isQueryable(name), 'names that fit the wire');
    const name = queryName(NAME);
    for (const type of ASKED) {
      const reading = readResponse(decoded.value, name, type);
      if (reading.kind !== 'answered') continue;
      hold(question !== null && question.type === TYPES[type], 'an answer to this question only');
      if (reading.answer.kind === 'records') {
        hold(reading.answer.records.length <= answers.length, 'records of this message only');
      }
    }
  },
};
