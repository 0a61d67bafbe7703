/** Looks for options that are written and do nothing, because another one is as it is. */
import type { Config } from './config.js';
import type { Finding } from './finding.js';

const IPREV_OPTIONS = [
  'iprev.actions.pass',
  'iprev.actions.fail',
  'iprev.actions.permerror',
  'iprev.actions.temperror',
  'iprev.match_sender',
] as const;

/** For a configuration with its rules, or for that of a rule. */
export function* checkEffect(config: Config): Generator<Finding> {
  const all = [config, ...config.rules.map((rule) => rule.config)];
  if (!all.some((each) => each['iprev.check'])) {
    for (const option of IPREV_OPTIONS) {
      const value = config[option];
      if (value !== 'accept' && value !== false) {
        yield noEffect([option, 'iprev.check'], 'it changes nothing while iprev.check is false');
      }
    }
  }
  const tagged = config['headers.tag_subject'];
  if (tagged !== null && tagged.size > 0 && config['listen.milter'].length === 0) {
    const message = 'it changes nothing while listen.milter is off: only a milter can mark a subject';
    yield noEffect(['headers.tag_subject'], message);
  }
  if (config['skip.senders_only_if_pass'] && config['skip.senders'].length === 0) {
    yield noEffect(['skip.senders_only_if_pass'], 'it changes nothing without skip.senders');
  }
}

function noEffect(options: Finding['options'], message: string): Finding {
  return { severity: 'note', options, item: null, code: 'no-effect', message, hint: null };
}
