import type { Running } from './start.ts';

/** What people read once the server runs: where it is and, on a first start, their keys with a command to paste. */
export function welcome({ url, adminUrl, made }: Running): string {
  const lines = [`trestle is ready on ${url}`];
  if (adminUrl !== url) lines.push(`management is on ${adminUrl}`);
  if (made.admin !== undefined) lines.push(`  administrator key, shown only now:  ${made.admin}`);
  if (made.client !== undefined)
    lines.push(`  client key, shown only now:         ${made.client}`, '', ...firstCall(url, made.client));
  return lines.join('\n');
}

function firstCall(url: string, key: string): readonly string[] {
  const body = JSON.stringify({ model: 'sandbox/echo', messages: [{ role: 'user', content: 'Hello, bridge' }] });
  return [
    'Try it:',
    `  curl ${url}/v1/chat/completions \\`,
    `    -H 'Authorization: Bearer ${key}' \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '${body}'`,
    '',
  ];
}
