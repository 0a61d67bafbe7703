/** Python's authres, with which many filters read Authentication-Results, sees in our fields what we put there. */
import { spawnSync } from 'node:child_process';
import { beforeAll, expect, jest, test } from '@jest/globals';

import { printUncheckedAuthenticationResults } from '../../src/header/index.js';
import { foldedText } from '../support/folded-text.js';
import { hostileFields, RECEIVER, type ExpectedResult } from '../support/hostile-fields.js';
import { describeWith } from '../support/requires.js';
import { SEED } from '../support/seed.js';

jest.setTimeout(60_000);

/** A JSON list of fields in, a JSON list of what was read out: an error's text where nothing was. */
const READER = `
import authres, json, sys

def read(field):
    try:
        parsed = authres.parse(field)
    except Exception as error:
        return {'error': str(error), 'results': []}
    return {
        'authservId': parsed.authserv_id,
        'version': parsed.version,
        'results': [
            {
                'method': one.method,
                'result': one.result,
                'properties': ['%s.%s=%s' % (p.type, p.name, p.value) for p in one.properties],
            }
            for one in parsed.results
        ],
    }

json.dump([read(field) for field in json.load(sys.stdin)], sys.stdout)
`;

interface Read {
  readonly results: readonly {
    readonly method: string;
    readonly result: string;
    readonly properties: readonly string[];
  }[];
}

function readAll(fields: readonly string[]): readonly Read[] {
  const options = { input: JSON.stringify(fields), encoding: 'utf8', maxBuffer: 1 << 24 } as const;
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', READER], options);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Read[];
}

/** As the expectations have it; authres leaves quotes and backslashes of local parts where they are. */
function summary({ results, ...rest }: Read): unknown {
  const short = results.map(({ method, result, properties }): ExpectedResult => {
    const property = properties.map((one) =>
      one.replace(
        /^([a-z.]+=)"(.*)"@/,
        (_, name: string, text: string) => `${name}${text.replace(/\\(.)/g, '$1')}@`,
      ),
    );
    return { method, result, property: property.join(' ') || null };
  });
  return { ...rest, results: short };
}

describeWith('e2e/authres', ['python3-authres'], () => {
  const sent = hostileFields(300, SEED);
  let read: readonly Read[];
  let folded: readonly Read[];
  let none: Read | undefined;

  beforeAll(() => {
    const unchecked = printUncheckedAuthenticationResults(RECEIVER, 'authenticated');
    const fields = sent.map(({ field }) => field);
    const all = readAll([...fields, ...fields.map(foldedText), unchecked]);
    read = all.slice(0, sent.length);
    folded = all.slice(sent.length, -1);
    none = all.at(-1);
  });

  test('reads all 300', () => {
    expect(read).toHaveLength(300);
    expect(folded).toEqual(read);
  });

  test.each(sent.map((one, i) => ({ i, ...one })))('message $i', ({ i, expected }) => {
    const found = read[i];
    if (found === undefined) throw new Error('not read');
    expect(summary(found)).toEqual({ authservId: RECEIVER, version: null, results: expected });
  });

  test('mail that was not checked', () => {
    expect(none).toEqual({ authservId: RECEIVER, version: null, results: [] });
  });
});
