/** Policy requests made beforehand, so that the load generator only has to number and to send them. */
import type { Mail } from './mail.js';

export interface PreparedRequest {
  readonly bytes: Buffer;
  /** Where the eight digits stand that make its `instance` one of its own. */
  readonly instanceAt: number;
}

const INSTANCE = 'instance=1f2e.665f0a3b.';
const DIGITS = '00000000';

/** One request for each recipient, as Postfix 3.7 writes them. */
export function prepareRequests(mail: Mail): readonly PreparedRequest[] {
  return Array.from({ length: mail.recipients }, (_, i) => {
    const bytes = Buffer.from(requestText(mail, `user${i}@receiver.example`), 'latin1');
    return { bytes, instanceAt: bytes.indexOf(INSTANCE) + INSTANCE.length };
  });
}

/** Makes the request belong to the message of that number. */
export function setInstance({ bytes, instanceAt }: PreparedRequest, number: number): void {
  for (let digit = DIGITS.length - 1, left = number; digit >= 0; digit--, left >>>= 4) {
    const value = left & 0xf;
    bytes[instanceAt + digit] = value + (value < 10 ? 0x30 : 0x57); // 0-9, a-f
  }
}

function requestText({ client, helo, sender }: Mail, recipient: string): string {
  return `request=smtpd_access_policy
protocol_state=RCPT
protocol_name=ESMTP
client_address=${client}
client_name=unknown
client_port=41234
reverse_client_name=unknown
server_address=192.0.2.25
server_port=25
helo_name=${helo}
sender=${sender}
recipient=${recipient}
recipient_count=0
queue_id=
${INSTANCE}${DIGITS}.0
size=12345
etrn_domain=
stress=
sasl_method=
sasl_username=
sasl_sender=
ccert_subject=
ccert_issuer=
ccert_fingerprint=
ccert_pubkey_fingerprint=
encryption_protocol=TLSv1.3
encryption_cipher=TLS_AES_256_GCM_SHA384
encryption_keysize=256
policy_context=
compatibility_level=3.6
mail_version=3.7.11

`;
}
