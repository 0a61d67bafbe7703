/** Certificates for tests, right ones and wrong ones, made on the spot (X.509, RFC 5280). */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

import { IpAddress } from '../../src/net/index.js';

/** What a TLS server shows, in PEM. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Names and addresses that it is for. */
  readonly names: readonly string[];
  /** Days from now; a year ago to a year ahead if left out. */
  readonly from?: number;
  readonly to?: number;
}

/** Somebody who signs certificates. */
export class Authority {
  readonly cert: string;
  readonly #name: string;
  readonly #key: KeyObject;

  constructor(name = 'Test Authority') {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#name = name;
    this.#key = privateKey;
    this.cert = certificate({
      subject: name,
      issuer: name,
      publicKey,
      signer: privateKey,
      isAuthority: true,
    });
  }

  issue(options: CertificateOptions): Credentials {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const cert = certificate({
      ...options,
      subject: 'server',
      issuer: this.#name,
      publicKey,
      signer: this.#key,
    });
    return { cert, key: pemOf(privateKey) };
  }
}

/** A certificate that vouches for itself. */
export function selfSigned(options: CertificateOptions): Credentials {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = certificate({ ...options, subject: 'me', issuer: 'me', publicKey, signer: privateKey });
  return { cert, key: pemOf(privateKey) };
}

interface Parts extends Partial<CertificateOptions> {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly isAuthority?: boolean;
}

const DAY_MS = 86_400_000;

function certificate({ subject, issuer, publicKey, signer, ...rest }: Parts): string {
  const { isAuthority = false, names = [], from = -365, to = 365 } = rest;
  const extensions = [extension('2.5.29.19', sequence(...(isAuthority ? [TRUE] : [])), true)];
  if (names.length > 0) extensions.push(extension('2.5.29.17', sequence(...names.map(generalName)), false));
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])), // serial number
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    sequence(time(from), time(to)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', toBeSigned, signer);
  const bytes = sequence(
    toBeSigned,
    ECDSA_WITH_SHA256,
    der(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** One value in DER: tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  const octets = [first * 40 + second];
  for (const value of others) {
    const groups = [value & 0x7f];
    for (let left = value >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    octets.push(...groups);
  }
  return der(0x06, Buffer.from(octets));
}

const TRUE = der(0x01, Buffer.from([0xff]));
const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));

function nameOf(commonName: string): Buffer {
  const attribute = sequence(objectId('2.5.4.3'), der(0x0c, Buffer.from(commonName)));
  return sequence(der(0x31, attribute));
}

function extension(id: string, value: Buffer, isCritical: boolean): Buffer {
  return sequence(objectId(id), ...(isCritical ? [TRUE] : []), der(0x04, value));
}

function generalName(name: string): Buffer {
  const address = IpAddress.parse(name);
  return address === null ? der(0x82, Buffer.from(name)) : der(0x87, Buffer.from(address.bytes()));
}

/** GeneralizedTime, so many days from now. */
function time(days: number): Buffer {
  const text = new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(text));
}
