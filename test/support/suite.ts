/** Reads the published RFC 7208 test suite: scenarios, each a zone with its cases. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { parseDocument } from 'yaml';

import { type Zone } from '../../src/resolver/index.js';
import { parseZoneText } from '../../src/resolver/zone-file.js';
import type { Octets } from '../../src/util/index.js';

export interface SuiteCase {
  readonly id: string;
  readonly helo: Octets;
  /** Empty for the null sender. */
  readonly mailfrom: Octets;
  /** The client's address. */
  readonly host: string;
  /** What RFC 7208 allows, the better result first. */
  readonly results: readonly string[];
  /** What a fail must explain: text of the domain, `DEFAULT` for none from the domain, null for anything. */
  readonly explanation: Octets | null;
  /** Section and paragraph of RFC 7208. */
  readonly spec: string;
}

export interface SuiteScenario {
  readonly description: string;
  readonly zone: Zone;
  readonly tests: readonly SuiteCase[];
}

const FILE = 'rfc7208-tests.yml';

/** All scenarios of the file, or the folder with it, that `SPF_TEST_SUITE` names, or beside the checkout; null where
 *  there is none. Tests run in the root of the checkout. */
export function readSuite(): readonly SuiteScenario[] | null {
  const path = process.env['SPF_TEST_SUITE'] ?? join(process.cwd(), '../shared/spf-testsuite');
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, FILE) : path;
  return existsSync(file) ? parseSuite(readFileSync(file, 'utf8')) : null;
}

/** The text of the file, a stream of YAML documents. */
export function parseSuite(text: string): readonly SuiteScenario[] {
  return text
    .split(/^---$/m)
    .filter((document) => /^tests:/m.test(document))
    .map(scenarioOf);
}

function scenarioOf(document: string): SuiteScenario {
  // All scalars are text, as in a zone file: `1.2` is a section and `no` a HELO name.
  const scenario = mapOf(parseDocument(document, { schema: 'failsafe' }).toJS({ mapAsMap: true }));
  const zone = parseZoneText(document);
  if (!zone.ok) throw new Error(JSON.stringify(zone.error));
  return {
    description: textOf(scenario.get('description')),
    zone: zone.value,
    tests: [...mapOf(scenario.get('tests'))].map(([id, value]) => caseOf(textOf(id), mapOf(value))),
  };
}

function caseOf(id: string, fields: ReadonlyMap<unknown, unknown>): SuiteCase {
  return {
    id,
    helo: octetsOf(fields.get('helo')),
    mailfrom: octetsOf(fields.get('mailfrom')),
    host: textOf(fields.get('host')),
    results: listOf(fields.get('result')),
    explanation: fields.has('explanation') ? octetsOf(fields.get('explanation')) : null,
    spec: listOf(fields.get('spec')).join(', '),
  };
}

function mapOf(value: unknown): ReadonlyMap<unknown, unknown> {
  if (!(value instanceof Map)) throw new Error('expected a mapping');
  return value as ReadonlyMap<unknown, unknown>;
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(textOf) : [textOf(value)];
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`expected text, not ${JSON.stringify(value)}`);
  return value;
}

/** Escapes such as "\x96" mean octets. */
function octetsOf(value: unknown): Octets {
  const text = textOf(value);
  if (!/^[\0-\xff]*$/.test(text)) throw new Error(`not octets: ${text}`);
  return text as Octets;
}
