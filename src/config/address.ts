import type { Address } from './config.ts';

/** Reads `127.0.0.1:4141`, `localhost:0` or `[::1]:4141`; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)):(\d{1,5})$/i.exec(text);
  const hostname = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (hostname === undefined || port > 65_535) return undefined;
  // An address of numbers alone must be a real one: a resolver would read 127.1 or 256.1.1.1 as something else, or not at all.
  if (/^[\d.]+$/.test(hostname) && !isIpv4(hostname)) return undefined;
  return { hostname, port };
}

/** Whether only this machine can reach it. */
export function isLoopback(hostname: string): boolean {
  const name = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true;
  return name.startsWith('127.') && isIpv4(name);
}

/** Reads a provider's address; undefined if it is no plain http or https address. Without slashes at its end. */
export function parseBaseUrl(text: string): { readonly baseUrl: string; readonly local: boolean } | undefined {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, hostname, username, password, search, hash, href } = new URL(text);
  const plain =
    (protocol === 'http:' || protocol === 'https:') &&
    username === '' &&
    password === '' &&
    search === '' &&
    hash === '';
  if (!plain || /[?#@]/.test(text)) return undefined;
  return { baseUrl: href.replace(/\/+$/, ''), local: isLoopback(hostname) };
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}
