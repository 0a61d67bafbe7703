/** `spfwarden check`: is the configuration right? */
import { checkConfig } from '../app/index.js';
import { EXIT } from './exit-status.js';
import { fail, print } from './terminal.js';

export async function runCheck(path: string | null): Promise<number> {
  const { isUsable, text } = await checkConfig(path);
  if (!isUsable) {
    fail(text);
    return EXIT.config;
  }
  await print(`${text}\n`);
  return EXIT.ok;
}
