import type { Auth } from './provider.ts';

/** `Authorization: Bearer`, with the key from one of these environment variables unless it is configured. */
export function bearer(...environment: readonly string[]): Auth {
  return Object.freeze({
    environment,
    headers: (credential: string) => ({ authorization: `Bearer ${credential}` }),
  });
}

/** The same for those who may do without: a key is sent if one is configured. */
export function optionalBearer(): Auth {
  return Object.freeze({ ...bearer(), optional: true });
}

/** Nobody asks for a key. */
export const open: Auth = Object.freeze({ environment: [], optional: true, headers: () => ({}) });

/** A header of the vendor's own that holds nothing but the key. */
export function keyHeader(name: string, ...environment: readonly string[]): Auth {
  return Object.freeze({ environment, headers: (credential: string) => ({ [name]: credential }) });
}
