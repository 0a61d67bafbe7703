/** A process of its own: a milter that continues with everything and inserts one field, which none can undercut that
 *  answers each command and reads neither headers nor body. The argument: the address, as JSON. */
import { createServer } from 'node:net';

import { encodeResponses, SMFIC, SMFIF, STEPS_WITHOUT_CONTENT } from '../../src/milter/index.js';
import type { Octets } from '../../src/util/index.js';
import type { Address } from './servers.js';

const LENGTH_OCTETS = 4;

const AGREEMENT = encodeResponses([
  { kind: 'optneg', version: 6, actions: SMFIF.ADDHDRS, steps: STEPS_WITHOUT_CONTENT, macros: {} },
]);
const CONTINUE = encodeResponses([{ kind: 'continue' }]);
const FIELD_AND_CONTINUE = encodeResponses([
  { kind: 'insheader', index: 0, name: 'X-Floor' as Octets, value: 'x'.repeat(200) as Octets },
  { kind: 'continue' },
]);

/** By the octet of the command; what is not here gets none. */
const RESPONSES = new Map(
  [
    [SMFIC.OPTNEG, AGREEMENT] as const,
    ...[SMFIC.CONNECT, SMFIC.HELO, SMFIC.MAIL, SMFIC.RCPT, SMFIC.DATA].map(
      (command) => [command, CONTINUE] as const,
    ),
    [SMFIC.BODYEOB, FIELD_AND_CONTINUE] as const,
  ].map(([command, response]) => [command.charCodeAt(0), response]),
);

const address = JSON.parse(process.argv[2] ?? '') as Address;
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (chunk) => {
    // Without headers and bodies all writes of the load generator are so small that a chunk's end is a packet's end.
    for (let at = 0; at < chunk.length; at += LENGTH_OCTETS + chunk.readUInt32BE(at)) {
      const response = RESPONSES.get(chunk[at + LENGTH_OCTETS] ?? 0);
      if (response !== undefined) socket.write(response);
    }
  });
  socket.on('error', () => socket.destroy());
});
server.listen({ host: '127.0.0.1', backlog: 1024, ...address });
process.on('disconnect', () => process.exit(0)); // the benchmark is gone
