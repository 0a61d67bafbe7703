/** What refused senders are told unless the administrator has other words. */
import type { SpfResult } from '../smtp/index.js';

/** Facts come first, since mail servers put words of their own in front and mail programs show the first line
 *  only. Nothing of ours (resolvers, settings, recipients) is in them. */
export const DEFAULT_REPLY_TEXTS: Readonly<Record<SpfResult | 'failExplained' | 'iprev', string>> = {
  pass: 'SPF pass: %{c} may send for %{domain}, and such mail is not wanted here',
  none: 'SPF none: %{domain} has no SPF record',
  neutral: 'SPF neutral: %{domain} does not say whether %{c} may send',
  softfail: 'SPF softfail: %{c} is probably not allowed to send for %{domain} (%{mechanism})',
  fail: 'SPF fail: %{c} may not send for %{domain} (%{mechanism})',
  failExplained: 'SPF fail: %{domain} explains: %{exp}',
  permerror: 'SPF record of %{domain} cannot be used: %{reason}',
  temperror: 'SPF check of %{domain} failed for now: %{reason}. Please try again',
  iprev: 'Reverse DNS of %{c} does not fit: %{reason}',
};
