/** The part of the option table about header fields. */
import { SPF_RESULTS } from '../smtp/index.js';
import { authservIdKind } from './authserv-id-kind.js';
import { boolean, choice, orAuto, orOff } from './kind.js';
import { wordList, wordSet } from './list.js';
import { option } from './option.js';
import { subjectTag } from './subject-tag.js';

export const HEADER_OPTIONS = {
  'headers.add': option({
    kind: orAuto(wordList(['received-spf', 'authentication-results'], 'a header field')),
    default: 'auto',
    reload: 'live',
    inRules: true,
    doc: [
      'Which header fields tell the result, in their order; [] for none.',
      'With "auto" it is received-spf over the policy protocol, where one field can be added at a time,',
      'and authentication-results, received-spf over the milter protocol.',
    ],
    examples: ['add: [received-spf]'],
  }),
  'headers.authserv_id': option({
    kind: orAuto(authservIdKind),
    default: 'auto',
    reload: 'live',
    inRules: false,
    doc: [
      'Name by which Authentication-Results says who has checked.',
      'With "auto" it is "hostname".',
      'DMARC software must know it: for OpenDMARC it is one of TrustedAuthservIDs.',
    ],
    examples: ['authserv_id: mx.example.net'],
  }),
  'headers.identities': option({
    kind: choice(['both', 'deciding']),
    default: 'both',
    reload: 'live',
    inRules: true,
    doc: [
      'Which results are told.',
      'With "both" those of HELO and MAIL FROM, with "deciding" the one that was acted upon.',
      'Over the policy protocol there is one Received-SPF, which with "both" is that of MAIL FROM.',
    ],
  }),
  'headers.local_part': option({
    kind: boolean,
    default: 'false',
    reload: 'live',
    inRules: true,
    doc: [
      'Whether smtp.mailfrom has the local part: user@example.com.',
      'OpenDMARC 1.4 ignores a result that has it.',
    ],
  }),
  'headers.strip_forged': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: true,
    doc: [
      'Whether Authentication-Results fields that claim our authserv_id are deleted over the milter protocol.',
      'Those of clients in skip.networks, of skip.macros and of authenticated ones stay.',
      'A message with more than 200 of them, which no accident makes, is refused with "550 5.6.0".',
    ],
  }),
  'headers.tag_subject': option({
    kind: orOff(wordSet(SPF_RESULTS, 'a result')),
    default: 'off',
    reload: 'live',
    inRules: true,
    doc: [
      'Results with which the subject is marked over the milter protocol.',
      'It is the result of MAIL FROM that counts, and of bounces that of HELO.',
    ],
    examples: ['tag_subject: [softfail, fail]'],
  }),
  'headers.subject_tag': option({
    kind: subjectTag,
    default: '[SPF:%{result}]',
    reload: 'live',
    inRules: true,
    doc: ['The mark in front of the subject; %{result} is the result.'],
  }),
  'headers.receiver': option({
    kind: choice(['hostname', 'unknown']),
    default: 'hostname',
    reload: 'live',
    inRules: true,
    doc: [
      'Value of "receiver=" in Received-SPF, and of the macro %{r}.',
      'With "unknown" the name of this host is not told.',
    ],
  }),
  'headers.note_skipped': option({
    kind: boolean,
    default: 'true',
    reload: 'live',
    inRules: true,
    doc: ['Whether mail that is not checked has a header field that says so, and why.'],
  }),
} as const;
