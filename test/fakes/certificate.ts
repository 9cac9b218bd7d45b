import { generateKeyPairSync, sign } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** A certificate for this name, signed by itself, good for an hour on either side of now. */
export function certificateFor(name: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = sequence(set(sequence(oid('550403'), text(0x0c, name))));
  const subjectName = sequence(oid('551d11'), octets(sequence(text(0x82, name))));
  const body = sequence(
    tagged(0xa0, der(0x02, [2])),
    der(0x02, [1]),
    ecdsaWithSha256,
    subject,
    sequence(text(0x17, utcTime(-3_600_000)), text(0x17, utcTime(3_600_000))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(subjectName)),
  );
  const seal = sign('sha256', body, privateKey);
  const whole = sequence(body, ecdsaWithSha256, der(0x03, [0, ...seal]));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

function der(tag: number, content: Iterable<number>): Buffer {
  const bytes = Buffer.from([...content]);
  const { length } = bytes;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(part: Buffer): Buffer {
  return der(0x31, part);
}

function tagged(tag: number, part: Buffer): Buffer {
  return der(tag, part);
}

function octets(part: Buffer): Buffer {
  return der(0x04, part);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function text(tag: number, value: string): Buffer {
  return der(tag, Buffer.from(value));
}

function utcTime(fromNowMs: number): string {
  return `${new Date(Date.now() + fromNowMs).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`;
}
