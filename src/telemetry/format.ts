/** Writes entries as lines: `key=value` text for people and their tools, or JSON. */
import type { Entry } from './entry.js';
import { bareOrQuoted, quoted } from './safe-text.js';
import { timestamp } from './timestamp.js';

/** An entry as one line, without its line break. `wallMs` is milliseconds since 1970. Values are cut to
 *  `maxOctets`, 1 KiB if it is not given. */
export type Format = (entry: Entry, wallMs: number, maxOctets?: number) => string;

/**
 * `4BxYz1: spf accept client=192.0.2.1 helo=mx.example sender="a@example.com" ... ms=3.1`. It has no time:
 * syslog, the journal and container run-times put theirs in front, and so do we in a file.
 */
export const formatText: Format = ({ id, words, action, facts }, _wallMs, maxOctets) => {
  let line = id === null ? words : `${bareOrQuoted(id, maxOctets)}: ${words}`;
  if (action !== null) line += ` ${action}`;
  for (const fact of facts) {
    if (fact === null) continue;
    const [name, value] = fact;
    line += `${textKey(name)}${typeof value === 'string' ? bareOrQuoted(value, maxOctets) : value}`;
  }
  return line;
};

/** One object: time (RFC 3339, UTC), level, event, message, and the same facts as the text has. */
export const formatJson: Format = ({ level, event, id, words, action, facts }, wallMs, maxOctets) => {
  const message = action === null ? words : `${words} ${action}`;
  let line = `{"time":"${timestamp(wallMs)}","level":"${level}","event":"${event}","message":"${message}"`;
  if (action !== null) line += `,"action":"${action}"`;
  if (id !== null) line += `,"queue_id":${quoted(id, maxOctets)}`;
  for (const fact of facts) {
    if (fact === null) continue;
    const [name, value] = fact;
    line += `${jsonKey(name)}${typeof value === 'string' ? quoted(value, maxOctets) : value}`;
  }
  return `${line}}`;
};

/** What precedes a value, put together once for each name and not for each line: the names are ours and few. */
const textKey = keptKeys((name) => ` ${name}=`);
const jsonKey = keptKeys((name) => `,"${name}":`);

function keptKeys(make: (name: string) => string): (name: string) => string {
  const keys = new Map<string, string>();
  return (name) => {
    const kept = keys.get(name);
    if (kept !== undefined) return kept;
    const key = make(name);
    keys.set(name, key);
    return key;
  };
}
