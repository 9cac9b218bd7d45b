import { isJsonObject } from '../core/json.ts';
import { ended } from './ended.ts';
import { explainText } from './explain-text.ts';
import type { Explanation } from './explanation.ts';
import { Mistake, onlyWord, readWords, type Words } from './flags.ts';
import { textOf } from './named-file.ts';
import { ask, sentenceIn, serverFlags, serverFor, type Told, told } from './server.ts';
import type { CommandTools, ExitCode } from './tools.ts';

export const explainHelp = `trestle explain FILE [flags]

  What a running server would do with the request in FILE (- reads what is piped in): where it would go, what would be
  lost, what it costs at most. Nothing is sent anywhere.

  --dialect NAME  in which FILE is written: openai-chat, openai-embeddings or anthropic-messages; openai-chat
  --json          the server's own answer
  --url URL       the server (TRESTLE_URL); http://127.0.0.1:4141
  --key KEY       a client key (better: TRESTLE_KEY or TRESTLE_CLIENT_KEY), or @FILE`;

/** `trestle explain FILE|-`: asks a running server what it would do with a request. */
export function explain(tools: CommandTools, words: readonly string[]): Promise<ExitCode> {
  return ended(tools, async () => {
    const given = readWords(words, { values: [...serverFlags, 'dialect'], switches: ['json'] });
    const body = await questionIn(tools, given);
    const server = serverFor(tools, given.values, 'client');
    const answer = await ask(tools, server, { method: 'POST', path: '/trestle/v1/explain', body });
    return show(tools, await told(answer), given.switches.has('json'));
  });
}

/** The request goes along as it is written, for its very numbers matter. */
async function questionIn(tools: CommandTools, given: Words): Promise<string> {
  const name = onlyWord(given, 'explain takes one file with a request, or - for what is piped in.');
  const text = name === '-' ? await tools.readInput() : textOf(tools, name);
  if (!isJson(text)) throw new Mistake(`${name === '-' ? 'what is piped in' : name} is no JSON.`);
  const dialect = given.values['dialect'];
  return `{${dialect === undefined ? '' : `"dialect":${JSON.stringify(dialect)},`}"request":${text}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function show({ say, complain }: CommandTools, { status, text, body }: Told, asJson: boolean): ExitCode {
  if (status === 200 && isExplanation(body)) {
    say(asJson ? text : explainText(body));
    return 0;
  }
  if (asJson) say(text);
  complain(`trestle: ${sentenceIn(body) ?? `the server answered with status ${status} and no explanation`}`);
  return status >= 400 && status < 500 ? 2 : 1;
}

/** Our own server's answer, known by what only it says. */
function isExplanation(body: unknown): body is Explanation {
  return isJsonObject(body) && body['object'] === 'explanation' && Array.isArray(body['targets']);
}
