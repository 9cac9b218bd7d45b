import { isJsonObject, type JsonObject } from '../core/json.ts';
import { Mistake, readWords } from './flags.ts';
import { withProgress } from './progress.ts';
import { askWhole, serverFlags, serverFor } from './server.ts';
import { table } from './table.ts';
import type { ExitCode, Tools } from './tools.ts';

export const embedHelp = `trestle embed [TEXT …] [flags]

  The embedding of each TEXT; without any, of each line that is piped in.

  --model NAME        a model or an alias (TRESTLE_EMBED_MODEL); sandbox/embed
  --dimensions COUNT  how many numbers each vector shall have, where the model can choose
  --json              the server's own answer, with the whole vectors
  --url URL           the server (TRESTLE_URL); http://127.0.0.1:4141
  --key KEY           a client key (better: TRESTLE_KEY or TRESTLE_CLIENT_KEY), or @FILE`;

/** `trestle embed "a text" "another"` */
export async function embed(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  const given = readWords(words, { values: [...serverFlags, 'model', 'dimensions'], switches: ['json'] });
  const { model: named, dimensions } = given.values;
  const server = serverFor(tools, given.values, 'client');
  const input = given.others.length > 0 ? given.others : await pipedLines(tools);
  const body = {
    model: named ?? (tools.environment['TRESTLE_EMBED_MODEL'] || 'sandbox/embed'),
    input,
    encoding_format: 'float',
    ...(dimensions === undefined ? {} : { dimensions: countIn(dimensions) }),
  };
  const answer = await withProgress(tools, 'embed', () =>
    askWhole(tools, server, { method: 'POST', path: '/v1/embeddings', body: JSON.stringify(body) }),
  );
  if (given.switches.has('json')) tools.say(answer.text);
  else {
    tools.say(table(rowsOf(answer.body ?? {}, input), ['text', 'dimensions', 'vector'], tools.terminal.out.columns));
    tools.complain(sumOf(answer.body ?? {}, answer.headers));
  }
  return 0;
}

async function pipedLines({ terminal, readInput }: Tools): Promise<readonly string[]> {
  const lines = terminal.typed ? [] : (await readInput()).split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0) throw new Mistake('there is nothing to embed; write TEXT, or pipe lines in.');
  return lines;
}

function countIn(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Mistake(`--dimensions is ${JSON.stringify(text)}; write a whole number.`);
}

const shownNumbers = 4;

function rowsOf(body: JsonObject, input: readonly string[]): readonly JsonObject[] {
  const items = Array.isArray(body['data']) ? body['data'].filter(isJsonObject) : [];
  return items.map(({ embedding, index }, place) => {
    const vector = Array.isArray(embedding) ? embedding.map(Number) : [];
    const begin = vector.slice(0, shownNumbers).map((each) => each.toFixed(4));
    return {
      text: (input[typeof index === 'number' ? index : place] ?? '').slice(0, 40),
      dimensions: vector.length,
      vector: `[${[...begin, ...(vector.length > shownNumbers ? ['…'] : [])].join(', ')}]`,
    };
  });
}

function sumOf({ usage }: JsonObject, headers: Headers): string {
  const tokens = isJsonObject(usage) ? usage['prompt_tokens'] : undefined;
  const cost = headers.get('x-trestle-cost-usd');
  const parts = [
    ...(typeof tokens === 'number' ? [`${tokens} tokens`] : []),
    cost === null ? 'price unknown' : `${cost} USD`,
    `${headers.get('x-trestle-provider') ?? '?'}/${headers.get('x-trestle-model') ?? '?'}`,
    headers.get('x-request-id') ?? '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
