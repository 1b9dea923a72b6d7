import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate and its key, both as PEM. */
export interface Certificate {
  certificate: string;
  key: string;
}

const DAY_MS = 86_400_000;
const AUTHORITY_NAME = 'Alt deployment';

/** A certificate authority for the databases of one deployment: P-256, self-signed. On a cluster cert-manager keeps one. */
export function makeAuthority(days = 7_300): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const extensions = [
    extension(oid.basicConstraints, sequence(boolean(true)), true),
    extension(oid.keyUsage, keyUsage.authority, true),
    extension(oid.subjectKeyIdentifier, tagged(0x04, keyIdentifier(publicKey))),
  ];
  return pems(certify({ subject: AUTHORITY_NAME, publicKey, extensions, days }, privateKey), privateKey);
}

/** A server's certificate for these names and IPv4 addresses, signed by that authority. */
export function makeCertificate(hosts: readonly string[], authority: Certificate, days = 3_650): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = hosts.map((host) =>
    isIPv4(host) ? tagged(0x87, Buffer.from(host.split('.').map(Number))) : tagged(0x82, Buffer.from(host, 'ascii')),
  );
  const extensions = [
    extension(oid.basicConstraints, sequence(), true),
    extension(oid.keyUsage, keyUsage.server, true),
    extension(oid.authorityKeyIdentifier, sequence(tagged(0x80, keyIdentifier(createPublicKey(authority.key))))),
    extension(oid.extendedKeyUsage, sequence(objectId(oid.serverAuthentication))),
    extension(oid.subjectAlternativeName, sequence(...names)),
  ];
  const subject = hosts[0] ?? '';
  return pems(certify({ subject, publicKey, extensions, days }, createPrivateKey(authority.key)), privateKey);
}

interface Subject {
  subject: string;
  publicKey: KeyObject;
  extensions: Buffer[];
  days: number;
}

/** RFC 5280 §4.1. The issuer is always the authority above. */
function certify({ subject, publicKey, extensions, days }: Subject, signer: KeyObject): Buffer {
  const algorithm = sequence(objectId(oid.ecdsaWithSha256));
  const now = Date.now();
  const signed = sequence(
    tagged(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)])), // positive, and of no leading zero
    algorithm,
    name(AUTHORITY_NAME),
    sequence(time(now - DAY_MS), time(now + days * DAY_MS)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', signed, { key: signer, dsaEncoding: 'der' });
  return sequence(signed, algorithm, bitString(signature));
}

function pems(certificate: Buffer, privateKey: KeyObject): Certificate {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const oid = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  extendedKeyUsage: '551d25',
  subjectAlternativeName: '551d11',
  subjectKeyIdentifier: '551d0e',
  authorityKeyIdentifier: '551d23',
  serverAuthentication: '2b06010505070301',
};

/** As bit strings: keyCertSign and cRLSign; digitalSignature. */
const keyUsage = { authority: Buffer.from('03020106', 'hex'), server: Buffer.from('03020780', 'hex') };

/** X.690 §8: a tag, the length in as few bytes as it needs, the content. */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function objectId(encoded: string): Buffer {
  return tagged(0x06, Buffer.from(encoded, 'hex'));
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectId(id), ...(isCritical ? [boolean(true)] : []), tagged(0x04, value));
}

/** A name of one part, the common name, which holds at most 64 characters. */
function name(commonName: string): Buffer {
  const value = tagged(0x0c, Buffer.from(commonName.slice(0, 64)));
  return sequence(tagged(0x31, sequence(objectId(oid.commonName), value)));
}

/** UTCTime before 2050, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
function time(milliseconds: number): Buffer {
  const text = `${new Date(milliseconds).toISOString().replace(/[-:T]|\..*/g, '')}Z`;
  return text < '2050' ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text));
}
