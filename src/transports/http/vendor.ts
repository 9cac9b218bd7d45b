/** Whose clients ask, where several vendors share a path or where nobody has it. */
export type Vendor = 'openai' | 'anthropic';

/** The prefix of a path says it, else a header that the clients of one vendor alone send. */
export function vendorOf(path: string, headers: Headers): Vendor {
  if (path.startsWith('/anthropic/')) return 'anthropic';
  if (path.startsWith('/openai/')) return 'openai';
  return headers.has('anthropic-version') ? 'anthropic' : 'openai';
}

/** The path of an absolute URL, without query; percent-encoding is left as it is. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  if (start < 0) return '/';
  const end = url.indexOf('?', start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}
