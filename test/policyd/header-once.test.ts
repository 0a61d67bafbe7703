import { describe, expect, test } from '@jest/globals';

import { HEADER_OWED, headerStep, type HeaderInput, type Stage } from '../../src/policyd/index.js';
import type { Octets } from '../../src/util/index.js';

const asked = (
  recipient: string,
  conversation = 1,
  hasPeerEnded = false,
  stage: Stage = 'RCPT',
): HeaderInput => ({
  kind: 'asked',
  by: { stage, recipient: recipient as Octets, conversation },
  hasPeerEnded,
});
const broke = (conversation = 1): HeaderInput => ({ kind: 'broke', conversation });

describe('who gets the field', () => {
  // `due` has one character for each input: y, the field goes with it; n, it does not.
  test.each<{ name: string; inputs: HeaderInput[]; due: string }>([
    { name: 'the first recipient only', inputs: [asked('a'), asked('b'), asked('c')], due: 'ynn' },
    { name: 'one of two connections', inputs: [asked('a', 1), asked('b', 2)], due: 'yn' },
    { name: 'not twice on one connection', inputs: [asked('a'), asked('a')], due: 'yn' },
    {
      name: 'not twice for one recipient, while the first connection lives',
      inputs: [asked('a', 1), asked('a', 2)],
      due: 'yn',
    },
    { name: 'a repeat after a broken connection', inputs: [asked('a'), broke(), asked('a', 2)], due: 'yny' },
    {
      name: 'another recipient after a broken connection does not',
      inputs: [asked('a'), broke(), asked('b', 2)],
      due: 'ynn',
    },
    {
      name: 'but the repeat may still come',
      inputs: [asked('a'), broke(), asked('b', 2), asked('a', 3)],
      due: 'ynny',
    },
    {
      name: 'one repeat only',
      inputs: [asked('a'), broke(), asked('a', 2), asked('a', 3), asked('b', 2)],
      due: 'ynynn',
    },
    {
      name: 'a repeat that is lost, too',
      inputs: [asked('a', 1), broke(1), asked('a', 2), broke(2), asked('a', 3)],
      due: 'ynyny',
    },
    {
      name: 'at DATA the recipient before has been answered',
      inputs: [asked('a', 1), broke(1), asked('a', 2, false, 'DATA')],
      due: 'ynn',
    },
    {
      name: 'a repeat at DATA',
      inputs: [asked('', 1, false, 'DATA'), broke(1), asked('', 2, false, 'DATA')],
      due: 'yny',
    },
    { name: 'some other connection broke', inputs: [asked('a', 1), broke(2), asked('a', 3)], due: 'ynn' },
    { name: 'nobody got it before the break', inputs: [broke(), asked('a', 2)], due: 'ny' },
    {
      name: 'a peer that had ended its side may have gone',
      inputs: [asked('a', 1, true), asked('a', 2)],
      due: 'yy',
    },
    {
      name: 'or may be reading on: its next request has read the reply before',
      inputs: [asked('a', 1, true), asked('a', 1, true), asked('b', 1, true)],
      due: 'ynn',
    },
  ])('$name', ({ inputs, due }) => {
    let state = HEADER_OWED;
    let answers = '';
    for (const input of inputs) {
      const [next, isDue] = headerStep(state, input);
      state = next;
      answers += isDue ? 'y' : 'n';
    }
    expect(answers).toBe(due);
  });
});
