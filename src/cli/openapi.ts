import { noWords, readWords } from './flags.ts';
import { withProgress } from './progress.ts';
import { ask, refused, serverUrl, told } from './server.ts';
import type { ExitCode, Tools } from './tools.ts';

export const openapiHelp = `trestle openapi [--url URL]

  The OpenAPI 3.1 document of a running server, on one line: management, and every path on which a vendor's API is spoken.
  It needs no key, and holds no secret.`;

/** `trestle openapi` */
export async function openapi(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  const given = readWords(words, { values: ['url'], switches: ['json'] });
  noWords(given);
  const server = { url: serverUrl(tools, given.values, 'admin'), key: 'none' };
  const answer = await withProgress(tools, 'openapi', async () =>
    told(await ask(tools, server, { method: 'GET', path: '/openapi.json' })),
  );
  if (answer.status !== 200 || answer.body?.['openapi'] === undefined) throw refused(answer);
  tools.say(answer.text);
  return 0;
}
