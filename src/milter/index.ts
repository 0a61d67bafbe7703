/** The milter protocol, versions 2 to 6: packets, commands, responses, option negotiation, macros, and what the
 *  commands of a connection mean. Bytes and values only: no socket, no clock, no opinion about mail. */
export { decodeCommand, encodeCommand, type Command, type Macro } from './command.js';
export type { Client, Input } from './input.js';
export type { MacroLists, MacroStage } from './macros.js';
export { actionNames, commandName, responseName, SMFIC, SMFIF, SMFIP, stepNames } from './names.js';
export { negotiate, STEPS_WITHOUT_CONTENT, USUAL_MACROS, type Agreement, type Wants } from './negotiation.js';
export type { Options } from './packet.js';
export { PacketReader } from './packet-reader.js';
export type { MilterProblem } from './problem.js';
export type { ReplyCode } from './reply-code.js';
export {
  decodeResponse,
  encodeResponse,
  encodeResponses,
  isModification,
  type Modification,
  type Response,
} from './response.js';
export {
  afterResponse,
  endOfConnection,
  macro,
  newSession,
  step,
  type Session,
  type Step,
} from './session.js';
