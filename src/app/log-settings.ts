/** What a configuration comes to for the log. */
import type { Config } from '../config/index.js';
import type { LogSettings } from '../telemetry/index.js';

export function logSettings(config: Config): LogSettings {
  return {
    level: config['log.level'],
    format: config['log.format'],
    to: config['log.to'],
    facility: config['log.facility'],
    tag: config['log.tag'],
    results: config['log.results'],
    recipients: config['log.recipients'],
    queueId: config['log.queue_id'],
  };
}
