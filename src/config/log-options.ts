/** The part of the option table about the log. */
import { SPF_RESULTS } from '../smtp/index.js';
import { boolean, choice } from './kind.js';
import { wordSet } from './list.js';
import { facility, logTag, logTargets, orAll } from './log-kinds.js';
import { option } from './option.js';

export const LOG_OPTIONS = {
  'log.to': option({
    kind: logTargets,
    default: 'auto',
    reload: 'restart',
    inRules: false,
    doc: [
      'Where log lines go; each to all that are named.',
      'With "auto" it is standard error, and under spawn(8) of Postfix syslog.',
      'A file is opened again on SIGHUP; udp:// and tcp:// lead to a receiver of syslog.',
    ],
    examples: ['to: syslog', 'to: [journal, udp://192.0.2.1]', 'to: /var/log/spfwarden/spfwarden.log'],
  }),
  'log.level': option({
    kind: choice(['error', 'warning', 'notice', 'info', 'debug']),
    default: 'info',
    reload: 'live',
    inRules: true,
    doc: [
      'What is logged: this and what weighs more.',
      'At "info" there is one line for each message.',
      'In a rule it decides whether its mail has this line, and about nothing else.',
    ],
  }),
  'log.format': option({
    kind: choice(['text', 'json']),
    default: 'text',
    reload: 'live',
    inRules: false,
    doc: ['How a log line is written.', 'With "text" it is words and key=value, with "json" an object.'],
  }),
  'log.facility': option({
    kind: facility,
    default: 'mail',
    reload: 'live',
    inRules: false,
    doc: ['Facility of syslog, as in syslog.conf(5).'],
  }),
  'log.tag': option({
    kind: logTag,
    default: 'spfwarden',
    reload: 'live',
    inRules: false,
    doc: ['Name of the program in syslog, journal and files.'],
  }),
  'log.results': option({
    kind: orAll(wordSet(SPF_RESULTS, 'a result')),
    default: 'all',
    reload: 'live',
    inRules: false,
    doc: [
      'Results of HELO or MAIL FROM with which a message has a line.',
      'Mail that is refused, deferred or held always has one.',
    ],
    examples: ['results: [fail, softfail, permerror, temperror]'],
  }),
  'log.recipients': option({
    kind: choice(['none', 'domain', 'full']),
    default: 'none',
    reload: 'live',
    inRules: false,
    doc: ['How much of a recipient the line shows.'],
  }),
  'log.queue_id': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: false,
    doc: ['Whether a line begins with the queue id of the message.'],
  }),
} as const;
