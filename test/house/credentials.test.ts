import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Started, startTrestle } from '../started.ts';
import { type RawServer, rawServer } from '../upstream/raw-server.ts';
import { bytesOf, chunkOf, head, lastChunk, whole } from '../upstream/step.ts';
import { asked, openaiError, type Spoken } from './spoken.ts';

/** A vendor that is talkative about our credential: nothing of it may reach a caller, a log or the books. */
const credential = 'vendor-secret-4f9b27d0c8e1/a+b';
const masked = ['vendor-s***', 'vend************************c8e1/a+b', 'vendor-secret-4f...1/a+b', 'vendor…c8e1/a+b'];
/** What of it must not be seen: the whole, in any spelling, and the shown parts of a masked one. */
const pieces = [
  credential,
  encodeURIComponent(credential),
  credential.replace('/', '\\/'),
  'vendor-s',
  'vend***',
  'c8e1/a+b',
  'secret-4f',
];

interface Telling {
  readonly name: string;
  readonly status: number;
  readonly ending: number | 'error-frame';
  /** The body, with what is told of the credential in its place. */
  readonly body: (told: string) => string;
  readonly streamed?: true;
}

const error = (members: object): string => JSON.stringify({ error: members });
const tellings: readonly Telling[] = [
  {
    name: 'in a 401',
    status: 401,
    ending: 502,
    body: (told) =>
      error({
        message: `Incorrect API key provided: ${told}.`,
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      }),
  },
  {
    name: 'in a 403',
    status: 403,
    ending: 502,
    body: (told) => error({ message: `${told} may not do that`, type: told, param: told, code: told }),
  },
  {
    name: 'in a 400',
    status: 400,
    ending: 400,
    body: (told) =>
      error({
        message: `Bad header authorization: Bearer ${told}`,
        type: 'invalid_request_error',
        param: null,
        code: null,
      }),
  },
  {
    name: 'in further members of a 422',
    status: 422,
    ending: 422,
    body: (told) =>
      error({
        message: 'No.',
        type: 'x',
        param: null,
        nothing: null,
        headers: { authorization: `Bearer ${told}` },
        seen: [told],
      }),
  },
  {
    name: 'in code, type and param of a 400',
    status: 400,
    ending: 400,
    body: (told) => error({ message: 'No.', type: `t ${told}`, param: `p ${told}`, code: `c ${told}` }),
  },
  {
    name: 'in the text of a 500',
    status: 500,
    ending: 502,
    body: (told) => `Traceback: headers={'Authorization': 'Bearer ${told}'}`,
  },
  { name: 'in the title of a 503', status: 503, ending: 503, body: (told) => `<html><title>${told}</title></html>` },
  {
    name: 'in the detail of a 422',
    status: 422,
    ending: 422,
    body: (told) => JSON.stringify({ detail: [{ loc: ['header', told], msg: `bad ${told}` }] }),
  },
  {
    name: 'in an error with status 200',
    status: 200,
    ending: 502,
    body: (told) => error({ message: `Bearer ${told} is not known`, code: 401 }),
  },
  {
    name: 'in a 429',
    status: 429,
    ending: 429,
    body: (told) =>
      error({ message: `Rate limit reached for ${told}`, type: 'tokens', param: null, code: 'rate_limit_exceeded' }),
  },
  {
    name: 'in the middle of a stream',
    status: 200,
    ending: 'error-frame',
    streamed: true,
    body: (told) =>
      `data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata: ${error({ message: `Key ${told} expired`, type: 'server_error', key: told })}\n\n`,
  },
];
const cells = tellings.flatMap((telling) =>
  [credential, ...masked].map((told) => [`${telling.name}: ${told}`, telling, told] as const),
);

let vendor: RawServer;
let trestle: Started;
const answers: Spoken[] = [];

beforeAll(async () => {
  vendor = await rawServer(async (request, wire) => {
    const { model } = JSON.parse(new TextDecoder().decode(request.body));
    const [, telling, told] = cells[Number(model)] ?? ['', undefined, ''];
    if (telling === undefined) return wire.end();
    const text = telling.body(told);
    if (telling.streamed !== true) return wire.write(whole(telling.status, text, { 'x-key': told }));
    await wire.write(bytesOf(head(200, { 'Content-Type': 'text/event-stream', 'Transfer-Encoding': 'chunked' })));
    await wire.write(chunkOf(text));
    await wire.write(bytesOf(lastChunk));
  });
  trestle = await startTrestle({
    config: `
retry: { attempts: 1 }
providers:
  up: { type: openai-compatible, base_url: "${vendor.url}/v1", models: [m], api_key: "${credential}" }
  open: { type: openai-compatible, base_url: "${vendor.url}/v1", models: [m], api_key: "null" }
`,
    environment: { TRESTLE_LOG: 'debug' },
  });
});
afterAll(async () => {
  await trestle?.stop();
  await vendor?.close();
});

const seenIn = (text: string | Buffer): readonly string[] => pieces.filter((piece) => text.includes(piece));

test.each(cells)('a vendor tells our credential %s', async (_name, telling, told) => {
  const model = `up/${cells.findIndex(([, each, one]) => each === telling && one === told)}`;
  const answer = await asked(`${trestle.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${trestle.clientKey}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }], stream: telling.streamed === true }),
  });
  answers.push(answer);
  const ending = answer.status === 200 && answer.body.includes('data: {"error"') ? 'error-frame' : answer.status;
  expect(ending).toBe(telling.ending);
  if (telling.ending === 502) expect(openaiError(answer.body)).toBeDefined();
  expect(seenIn(JSON.stringify(answer))).toEqual([]);
});

test('a credential that looks like a word of JSON breaks no error', async () => {
  const model = `open/${cells.findIndex(([name]) => name.startsWith('in further members'))}`;
  const { status, body } = await asked(`${trestle.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${trestle.clientKey}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  expect({ status, error: JSON.parse(body).error }).toMatchObject({
    status: 422,
    error: { message: 'No.', param: null },
  });
});

test('nor does it stand in the log or in the books', () => {
  expect(answers.length).toBe(cells.length);
  expect(seenIn(trestle.output())).toEqual([]);
  for (const file of readdirSync(join(trestle.directory, 'data')))
    expect({ file, seen: seenIn(readFileSync(join(trestle.directory, 'data', file))) }).toEqual({ file, seen: [] });
});
