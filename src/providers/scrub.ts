const removed = '[redacted]';

/** A shorter one is only taken where it stands alone: removing `x` from every word would leave no sentence. */
const shortest = 8;
/** So much of a secret must show beside a mask before it is taken for that secret. */
const leastShown = 4;

/**
 * Removes secrets from a text that a provider sent: as they are, percent-encoded, escaped as in JSON, and masked the way
 * vendors do when they quote a refused key (`sk-ab***xyz`, `sk-ab...xyz`).
 */
export function scrubber(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)].filter((secret) => secret !== '').toSorted((a, b) => b.length - a.length);
  if (known.length === 0) return (text) => text;
  const whole = new RegExp(known.flatMap(spellings).join('|'), 'gi');
  return (text) => known.reduce(withoutMasked, text.replace(whole, removed));
}

function spellings(secret: string): readonly string[] {
  const forms = new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  const alone = secret.length < shortest;
  return [...forms].map(literal).map((form) => (alone ? `(?<![\\w-])${form}(?![\\w-])` : form));
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Text, a mask, text: as much of it as a message would quote of a key. */
const masked = /([^\s"'`<>\\*•…]{0,64}?)(\*{2,}|•{2,}|\.{3,}|…+)([^\s"'`<>\\*•…]{0,64})/g;

function withoutMasked(text: string, secret: string): string {
  if (secret.length < shortest) return text;
  return text.replace(masked, (all: string, ...[before = '', , after = '']: string[]) => {
    const head = overlap(secret.length, (length) => before.endsWith(secret.slice(0, length)));
    const tail = overlap(secret.length, (length) => after.startsWith(secret.slice(-length)));
    if (head + tail < leastShown) return all;
    return before.slice(0, before.length - head) + removed + after.slice(tail);
  });
}

/** The longest part of the secret that is there. */
function overlap(most: number, shows: (length: number) => boolean): number {
  for (let length = Math.min(most, 64); length > 0; length -= 1) if (shows(length)) return length;
  return 0;
}
