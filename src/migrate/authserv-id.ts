/** The name for Authentication-Results, in all the old files. */
import { authservId } from '../header/index.js';
import type { Draft } from './draft.js';
import { shown } from './shown.js';

/** With a remark in its place where it cannot be one as it stands, without quotes. */
export function setAuthservId(id: string, line: number | null, draft: Draft): void {
  if (authservId(id).ok) draft.set('headers.authserv_id', id);
  else draft.remark(line, `${shown(id)} cannot be written as an authserv-id; left out`);
}
