/** The stream of a Postfix policy client: the same requests, whole or octet by octet. */
import { isDeepStrictEqual } from 'node:util';

import { RequestReader, type PolicyRequest, type RequestProblem } from '../../../src/policyd/index.js';
import type { Result } from '../../../src/util/index.js';
import { hold, type Target } from '../target.js';

type Reply = Result<PolicyRequest, RequestProblem>;

export const target: Target = {
  name: 'policy-request',
  corpus: [
    'request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=192.0.2.1\nhelo_name=mta.example.org\n' +
      'sender=user@example.com\nrecipient=x@example.net\nqueue_id=\ninstance=123.456.7\nsasl_username=\n\n',
    'request=smtpd_access_policy\nprotocol_state=DATA\nsender=\nsasl_username=joe\n\nrequest=smtpd_access_policy\n\n',
    'request=smtpd_access_policy\r\n\r\n',
    'request=junk\n\n',
    '\n\n\nrequest=smtpd_access_policy\nsender\n=x\nsender=a=b\nsender=twice\n__proto__=x\n\n',
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  ],
  run(bytes) {
    const whole = read([bytes]);
    const size = 1 + (bytes.length % 7);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    hold(isDeepStrictEqual(read(pieces), whole), 'the same requests, however the stream is cut');
  },
};

function read(chunks: readonly Buffer[]): readonly Reply[] {
  const reader = new RequestReader();
  const replies: Reply[] = [];
  for (const chunk of chunks) {
    reader.feed(chunk);
    for (let reply = reader.next(); reply !== null; reply = reader.next()) {
      replies.push(reply);
      if (!reply.ok) return replies; // it says so for ever
    }
  }
  return replies;
}
