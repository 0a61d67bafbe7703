/** The kind of the `actions` options: what is done with mail. */
import { ok } from '../util/index.js';
import type { Action, PlainAction } from '../verdict/index.js';
import { refused, type Kind } from './kind.js';
import { readKeys } from './keys.js';
import { shown } from './problem.js';
import { nearest } from './suggest.js';

/** `hold` is what Postfix calls quarantine. */
const WORDS: ReadonlyMap<string, PlainAction> = new Map([
  ['accept', 'accept'],
  ['reject', 'reject'],
  ['defer', 'defer'],
  ['quarantine', 'quarantine'],
  ['hold', 'quarantine'],
]);

const MAX_TEXT = 200;
const TAKES = 'accept | reject | defer | quarantine (or hold) | {postfix: an action of access(5)}';

export const action: Kind<Action> = {
  takes: TAKES,
  schema: {
    anyOf: [
      { enum: [...WORDS.keys()] },
      {
        type: 'object',
        additionalProperties: false,
        required: ['postfix'],
        properties: { postfix: { type: 'string', minLength: 1, maxLength: MAX_TEXT } },
      },
    ],
  },
  read(node) {
    const { place } = node;
    if (node.kind === 'list')
      return refused(place, 'shape', 'expected an action, found a list', `one of ${TAKES}`);
    if (node.kind === 'scalar') {
      const plain = WORDS.get(node.text);
      if (plain !== undefined) return ok(plain);
      const near = nearest(node.text, WORDS.keys());
      const hint = near === null ? `one of ${TAKES}` : `did you mean ${shown(near)}?`;
      return refused(place, 'value', `${shown(node.text)} is not an action`, hint);
    }
    const { values, problems } = readKeys(node, ['postfix'], 'an action');
    if (problems.length > 0) return { ok: false, error: problems };
    const postfix = values.get('postfix');
    if (postfix?.kind !== 'scalar') {
      return refused(postfix?.place ?? place, 'shape', 'expected an action of access(5)', EXAMPLE);
    }
    const { text } = postfix;
    if (text.length > MAX_TEXT) {
      return refused(postfix.place, 'range', `an action has at most ${MAX_TEXT} characters`, null);
    }
    // What begins otherwise is no action, and no name of a restriction class either. A line break would end the answer.
    if (!/^\w[\w:.-]*(?:[ ,][\x20-\x7e]*)?$/.test(text)) {
      return refused(postfix.place, 'value', `${shown(text)} is not an action of access(5)`, EXAMPLE);
    }
    // Postfix takes digits alone for OK; with text behind them, only a code of a refusal means something.
    if (/^\d/.test(text) && !/^[45]\d\d +[^ ]/.test(text)) {
      return refused(postfix.place, 'value', `${shown(text)} is not an action of access(5)`, CODE_HINT);
    }
    return ok({ postfix: text });
  },
};

const CODE_HINT = 'after a code 4xx or 5xx there must be a text; digits alone would let the mail pass';
const EXAMPLE = 'examples: {postfix: permit_auth_destination}, {postfix: "PREPEND X-SPF: pass"}';
