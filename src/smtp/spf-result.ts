/** The results of check_host() (RFC 7208 §2.6), which the engine, header fields, events and settings share. */
export const SPF_RESULTS = ['pass', 'none', 'neutral', 'softfail', 'fail', 'permerror', 'temperror'] as const;

export type SpfResult = (typeof SPF_RESULTS)[number];

/** What of a mail transaction was checked (RFC 7208 §2.3, §2.4). */
export type SpfIdentity = 'helo' | 'mailFrom';
