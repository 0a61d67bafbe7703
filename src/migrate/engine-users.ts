/** `Per_User` of policyd-spf.conf: finds the file and reads it. */
import type { Draft } from './draft.js';
import type { GivenOptions } from './engine-file.js';
import { checkValues } from './engine-values.js';
import { readUserFile, type UserGroup } from './per-user.js';
import { baseName, shown } from './shown.js';
import { MAX_FILE_LENGTH, sourceLines } from './source-lines.js';
import { remarkOnReplacedLists } from './user-rules.js';

/** Reads other files that the old one names; null for one that is not there. */
export interface OldFiles {
  read(path: string): string | null;
}

/** The recipients with settings of their own; none where there is no such file. */
export function userGroups(options: GivenOptions, files: OldFiles, draft: Draft): readonly UserGroup[] {
  const given = options.get('Per_User');
  if (given === undefined || given.text === '') return [];
  const [type, path, ...more] = given.text.split(',');
  if (type !== 'text' || path === undefined || more.length > 0) {
    draft.remark(
      given.line,
      `policyd-spf died of this with every request: Per_User is to be "text,FILE"; left out`,
    );
    return [];
  }
  const text = files.read(path);
  if (text === null) {
    draft.remark(
      given.line,
      `${shown(path)} cannot be read; policyd-spf then used its common settings for all`,
    );
    return [];
  }
  if (text.length > MAX_FILE_LENGTH) {
    draft.remark(given.line, `${shown(path)} has more than ${MAX_FILE_LENGTH} characters and was not read`);
    return [];
  }
  const name = baseName(path);
  const remark = (line: number, what: string): void => {
    draft.remark(given.line, `${name}, line ${line}: ${what}`);
  };
  const users = readUserFile(sourceLines(text, remark), remark);
  if (users.length === 0)
    draft.remark(given.line, `${name} has no entry: policyd-spf died of it with every request`);
  checkUsers(users, `${name}, `, draft);
  remarkOnReplacedLists(options, users, remark);
  draft.comment(
    'rules',
    `From ${name}. policyd-spf read it with every message; migrate it again, or change the rules here, when it changes. ` +
      'There the whole address of every recipient stood in header fields, log and replies; here it does not.',
  );
  return users;
}

/** Remarks on the values that are for single recipients; `where` names their file, if it is not the one that is read. */
export function checkUsers(users: readonly UserGroup[], where: string, draft: Draft): void {
  for (const { options } of users) {
    checkValues('policyd-spf', options, (line, text) => {
      draft.remark(where === '' ? line : null, where === '' ? text : `${where}line ${line}: ${text}`);
    });
  }
}
