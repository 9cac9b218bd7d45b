/** The key that a caller presents, from the first of these headers that has one; `authorization` takes the Bearer scheme alone. */
export function credentialOf(headers: Headers, places: readonly string[]): string | undefined {
  for (const place of places) {
    const value = headers.get(place);
    if (value === null || value === '') continue;
    if (place !== 'authorization') return value;
    const bearer = /^Bearer +(\S+)$/i.exec(value)?.[1];
    if (bearer !== undefined) return bearer;
  }
  return undefined;
}
