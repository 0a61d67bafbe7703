/** Option negotiation, and names for logs. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  actionNames,
  commandName,
  negotiate,
  responseName,
  SMFIF,
  SMFIP,
  stepNames,
  STEPS_WITHOUT_CONTENT,
  USUAL_MACROS,
  type MacroLists,
  type Options,
  type Wants,
} from '../../src/milter/index.js';
import { SEED } from '../support/seed.js';

const OFFER: Options = { version: 6, actions: 0x1ff, steps: 0x1fffff };
const WANTS: Wants = {
  actions: SMFIF.ADDHDRS | SMFIF.CHGHDRS,
  steps: STEPS_WITHOUT_CONTENT,
  macros: USUAL_MACROS,
};

describe('what is answered to an offer', () => {
  const agreed = {
    version: 6,
    actions: 0x111,
    steps: 0x170,
    macros: USUAL_MACROS,
    missingActions: 0,
  };
  test.each<{ name: string; offer: Partial<Options>; wants?: Partial<Wants>; answer: object }>([
    { name: 'Postfix 3.7 and Sendmail 8.17', offer: {}, answer: agreed },
    { name: 'a later version', offer: { version: 7 }, answer: agreed },
    { name: 'more than we know', offer: { actions: 0xffffffff, steps: 0xffffffff }, answer: agreed },
    {
      name: 'version 4',
      offer: { version: 4, actions: 0x3f, steps: 0x3ff },
      answer: { ...agreed, version: 4, actions: 0x11, macros: {} },
    },
    {
      name: 'version 2',
      offer: { version: 2, actions: 0x1f, steps: 0x7f },
      answer: { ...agreed, version: 2, actions: 0x11, steps: 0x70, macros: {} },
    },
    {
      name: 'nothing offered, by a very old one',
      offer: { version: 2, actions: 0, steps: 0 },
      answer: { version: 2, actions: 0x01, steps: 0x30, macros: {}, missingActions: SMFIF.CHGHDRS },
    },
    {
      name: 'no headers may be added',
      offer: { actions: 0x1fe },
      answer: { ...agreed, actions: 0x110, missingActions: SMFIF.ADDHDRS },
    },
    {
      name: 'no macro lists',
      offer: { actions: 0xff },
      answer: { ...agreed, actions: 0x11, macros: {} },
    },
    {
      name: 'no macro lists wanted',
      offer: {},
      wants: { macros: {} },
      answer: { ...agreed, actions: 0x11, macros: {} },
    },
    {
      name: 'nothing wanted',
      offer: {},
      wants: { actions: 0, steps: 0, macros: {} },
      answer: { version: 6, actions: 0, steps: 0, macros: {}, missingActions: 0 },
    },
  ])('$name', ({ offer, wants, answer }) => {
    const negotiated = negotiate({ ...OFFER, ...offer }, { ...WANTS, ...wants });
    expect(negotiated).toEqual({ ok: true, value: answer });
  });

  test.each([0, 1])('version %i is too old', (version) => {
    expect(negotiate({ ...OFFER, version }, WANTS)).toEqual({
      ok: false,
      error: { code: 'version-too-old', detail: `version ${version}` },
    });
  });

  test.each<[MacroLists, MacroLists]>([
    [{ eom: ['i'] }, { eom: ['i'], eoh: [] }],
    [{ eoh: ['i'] }, { eom: ['i'], eoh: ['i'] }],
    [
      { eoh: [], eom: ['i'] },
      { eoh: [], eom: ['i'] },
    ],
    [{ connect: ['j'] }, { connect: ['j'] }],
  ])('Sendmail 8.17.1 needs both lists at the end or neither: %j', (macros, lists) => {
    const negotiated = negotiate(OFFER, { ...WANTS, macros });
    expect(negotiated).toMatchObject({ ok: true, value: { macros: lists } });
    expect(negotiated.ok && Object.keys(negotiated.value.macros).length).toBe(Object.keys(lists).length);
  });

  test('never what was not offered', () => {
    const mask = fc.nat(0xffffffff);
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        mask,
        mask,
        mask,
        mask,
        (version, a, s, wantedA, wantedS) => {
          const wants = { actions: wantedA, steps: wantedS, macros: USUAL_MACROS };
          const negotiated = negotiate({ version, actions: a | 1, steps: s | 1 }, wants);
          if (!negotiated.ok) throw new Error(negotiated.error.code);
          expect(negotiated.value.version).toBeLessThanOrEqual(Math.min(6, version));
          expect(negotiated.value.actions & ~(a | 1)).toBe(0);
          expect(negotiated.value.steps & ~(s | 1)).toBe(0);
        },
      ),
      { seed: SEED },
    );
  });
});

test('the steps that we take leave Sendmail its aborts and every reply in its place', () => {
  const never = SMFIP.NOMAIL | SMFIP.NR_MAIL | SMFIP.NODATA | SMFIP.NR_DATA | SMFIP.NR_CONN | SMFIP.NR_HELO;
  expect(STEPS_WITHOUT_CONTENT & never).toBe(0);
});

describe('names', () => {
  test('flags', () => {
    expect(actionNames(0x111)).toEqual(['SMFIF_ADDHDRS', 'SMFIF_CHGHDRS', 'SMFIF_SETSYMLIST']);
    expect(stepNames(0x170)).toEqual(['SMFIP_NOBODY', 'SMFIP_NOHDRS', 'SMFIP_NOEOH', 'SMFIP_NOUNKNOWN']);
    expect(stepNames(0x80000081)).toEqual(['SMFIP_NOCONNECT', 'SMFIP_NR_HDR', '0x80000000']);
    expect(actionNames(0)).toEqual([]);
    expect(actionNames(0x1ff)).toHaveLength(9);
    expect(stepNames(0x301fffff)).toHaveLength(23);
  });

  test.each('ABCDEHKLMNOQRTU'.split(''))('the command %s', (letter) => {
    expect(commandName(letter.charCodeAt(0))).toMatch(/^SMFIC_[A-Z_]+$/);
  });

  test.each('+-24Oabcdefhimpqrsty'.split(''))('the response %s', (letter) => {
    expect(responseName(letter.charCodeAt(0))).toMatch(/^SMFIR_[A-Z_]+$/);
  });

  test('what has none is a number', () => {
    expect(commandName(0x58)).toBe('0x58');
    expect(commandName(0xff)).toBe('0xff');
    expect(commandName(0x4d)).toBe('SMFIC_MAIL');
    expect(responseName(0x79)).toBe('SMFIR_REPLYCODE');
  });
});
