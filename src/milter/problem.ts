/** Why a milter connection cannot go on. */
export interface MilterProblem {
  readonly code:
    /** A packet of length zero: there is not even a command in it. */
    | 'empty-packet'
    | 'packet-too-long'
    | 'unknown-command'
    /** Of the other direction: an octet that is no response. */
    | 'unknown-response'
    /** The data of a packet are too few to mean anything, or not of the form they must have. */
    | 'malformed-payload'
    /** Something came before SMFIC_OPTNEG: no mail server speaks so. */
    | 'not-negotiated'
    /** The mail server offers a version that is older than any we know. */
    | 'version-too-old';
  /** What it was, for people: a name of ours and numbers, nothing from outside. */
  readonly detail: string;
}
