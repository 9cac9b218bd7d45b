import type { OpenPlace } from '../core/ports.ts';

/**
 * Reads `files.internal`, `10.0.0.0/8`, `10.0.0.5:9000`, `fd00::/8` or `[fd00::1]:9000`; undefined for anything else, and for a
 * range of more than a /8 (of IPv6 a /7), which would open what nobody has in mind.
 */
export function parseOpenPlace(text: string): OpenPlace | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)|(.*:.*:.*))(?::([1-9]\d{0,4}))?$/.exec(text);
  const place = match?.[1] ?? match?.[2] ?? match?.[3];
  const port = match?.[4] === undefined ? {} : { port: Number(match[4]) };
  if (place === undefined || (port.port ?? 0) > 65_535) return undefined;
  const [, start = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(place) ?? [];
  if (match?.[2] === undefined) return range({ address: ipv6(start), bits, ...six }, port);
  if (/^[\d.]+$/.test(start)) return range({ address: ipv4(start), bits, ...four }, port);
  return bits === undefined && hostName.test(start) && start.length <= 253
    ? { host: start.toLowerCase(), ...port }
    : undefined;
}

const four = { widest: 8, whole: 32 } as const;
const six = { widest: 7, whole: 128 } as const;
const hostName =
  /^(?=.*[a-z_-][^.]*$)(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)*[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/i;

interface Range {
  readonly address: string | undefined;
  readonly bits: string | undefined;
  readonly widest: number;
  readonly whole: number;
}

function range({ address, bits, widest, whole }: Range, port: { readonly port?: number }): OpenPlace | undefined {
  const prefix = bits === undefined ? whole : Number(bits);
  return address === undefined || prefix < widest || prefix > whole ? undefined : { address, prefix, ...port };
}

function ipv4(text: string): string | undefined {
  const parts = text.split('.');
  const plain = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return plain ? text : undefined;
}

function ipv6(text: string): string | undefined {
  const parsed = /^[\da-f:.]+$/i.test(text) && text.includes(':') ? URL.parse(`http://[${text}]/`) : null;
  return parsed?.hostname.slice(1, -1);
}
