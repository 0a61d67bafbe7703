/** Policy requests as Postfix writes them. */

const ATTRIBUTES = {
  request: 'smtpd_access_policy',
  protocol_state: 'RCPT',
  protocol_name: 'ESMTP',
  client_address: '192.0.2.1',
  client_name: 'unknown',
  helo_name: 'mail.example.org',
  sender: 'user@example.org',
  recipient: 'one@receiver.example',
  recipient_count: '0',
  queue_id: '',
  instance: '1a.2b.3c.0',
  size: '0',
  sasl_username: '',
  policy_context: '',
};

type Attributes = Readonly<Partial<Record<keyof typeof ATTRIBUTES, string | null>>>;

/** One request; `null` leaves an attribute out. Characters are octets. */
export function requestText(attributes: Attributes = {}): string {
  const lines = Object.entries({ ...ATTRIBUTES, ...attributes }).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${value}\n`],
  );
  return `${lines.join('')}\n`;
}

export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
