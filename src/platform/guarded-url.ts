import { isIP, isIPv4 } from 'node:net';
import { refused } from './guarded-refusal.ts';

/** A URL that has one reading, whoever reads it. */
export interface GuardedUrl {
  readonly url: URL;
  /** A name or an address, without brackets and without a dot at its end. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
}

/** Longer ones carry their content in themselves. */
const longestUrl = 8_192;

/**
 * Reads a URL that a caller named, with the one parser that everything afterwards relies on. Refuses what another parser could
 * read as another host: backslashes, blanks, a user before the host, escapes within it, numbers that stand for an address.
 */
export function readUrl(text: string): GuardedUrl {
  if (!/^https?:/i.test(text)) throw refused('only http and https URLs are fetched');
  if (text.length > longestUrl) throw refused(`it is longer than ${longestUrl} characters`);
  if (oddCharacter.test(text)) throw refused('it has a backslash, a blank or a control character in it');
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  const url = authority === undefined ? null : URL.parse(text);
  if (url === null || authority === undefined) throw refused('it is no valid URL');
  if (authority.includes('@')) throw refused('it has a user before its host');
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { url, host: hostOf(url, authority), port, secure };
}

/** Where a redirect leads; what it says may be relative. */
export function redirected(from: GuardedUrl, location: string): GuardedUrl {
  if (oddCharacter.test(location)) throw refused('its redirect has a backslash, a blank or a control character in it');
  const next = readUrl(absolute(from, location));
  if (from.secure && !next.secure) throw refused('it redirects from https to http');
  return next;
}

/** What names a host is read as it is written; only a path is put together with where it was said. */
function absolute({ url }: GuardedUrl, location: string): string {
  if (/^[a-z][a-z\d+.-]*:/i.test(location)) return location;
  if (location.startsWith('//')) return url.protocol + location;
  return URL.parse(location, url.href)?.href ?? location;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const oddCharacter = /[\x00-\x20\x7f\\]/;

/** Labels of letters, digits, hyphens and underscores: what a name service knows. */
const dnsName = /^(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)*[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/;

function hostOf(url: URL, authority: string): string {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIPv4(host) && authority.replace(/:\d*$/, '') !== host) {
    throw refused('its host is a number that stands for an address; write the address with four decimals');
  }
  if (isIP(host) !== 0) return host;
  const name = host.replace(/\.$/, '');
  if (authority.includes('%') || name.length > 253 || !dnsName.test(name)) throw refused('its host is no valid name');
  return name;
}
