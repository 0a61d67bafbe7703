/** For tests of the log: a place that keeps what it is given, and settings to begin with. */
import type { LineWriter, WriteFailure } from '../../src/telemetry/line-writer.js';
import type { ChangeableSettings } from '../../src/telemetry/settings.js';

export const SETTINGS: ChangeableSettings = {
  level: 'debug',
  format: 'text',
  facility: 'mail',
  tag: 'spfwarden',
  results: 'all',
  recipients: 'none',
  queueId: true,
};

export class Memory implements LineWriter {
  text = '';
  reopened = 0;
  /** What every write ends with. */
  failure: WriteFailure | null = null;

  write(lines: readonly string[], done: (failure: WriteFailure | null) => void): void {
    if (this.failure === null) this.text += lines.join('');
    done(this.failure);
  }

  reopen(): void {
    this.reopened++;
  }

  close(): void {
    // There is nothing to let go of.
  }
}
