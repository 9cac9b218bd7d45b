import { afterEach, describe, expect, test } from 'bun:test';
import { isJsonObject } from '../../src/core/json.ts';
import { recorded } from '../recordings.ts';
import { exchange, posted } from './raw-client.ts';
import { recordedPieces } from './recorded-answer.ts';
import { caseHeader, type ReplayCase, type ReplayOptions, type ReplayUpstream, replayUpstream } from './replay.ts';
import { joined } from './request-reader.ts';

let upstream: ReplayUpstream | undefined;
afterEach(async () => {
  await upstream?.close();
  upstream = undefined;
});
const start = async (cases: readonly ReplayCase[], options?: ReplayOptions): Promise<ReplayUpstream> => {
  upstream = await replayUpstream(cases, options);
  return upstream;
};
const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body), headers });

const hello = { model: 'a', messages: [{ role: 'user', content: 'Hello' }], temperature: 1 };
const whole: ReplayCase = {
  id: 'whole',
  model: 'a',
  requestBody: hello,
  status: 200,
  responseHeaders: {
    'content-type': 'application/json',
    'content-length': '7',
    'content-encoding': 'gzip',
    'x-vendor': 'yes',
  },
  framing: 'json',
  responseBody: { answer: 'a 🌉' },
};
const stream: ReplayCase = {
  id: 'stream',
  model: 'a',
  requestBody: { ...hello, stream: true },
  status: 200,
  framing: 'sse',
  sse: { newline: 'CRLF', noSpace: true },
  responseChunks: [{ comment: ' wait' }, { event: 'x', id: '1', retry: 5, data: 'one\ntwo' }, { data: '[DONE]' }],
};
const spelled = ': wait\r\n\r\nevent:x\r\nid:1\r\nretry:5\r\ndata:one\r\ndata:two\r\n\r\ndata:[DONE]\r\n\r\n';

test('a request is answered as it once was, with status, headers and body', async () => {
  const { url, seen } = await start([
    whole,
    { ...whole, id: 'refused', status: 429, requestBody: { ...hello, n: 2 }, responseHeaders: { 'retry-after': '3' } },
  ]);
  const answer = await post(url, hello);
  expect([answer.status, answer.headers.get('x-vendor'), await answer.text()]).toEqual([
    200,
    'yes',
    '{"answer":"a 🌉"}',
  ]);
  const refused = await post(url, { ...hello, n: 2 });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3']);
  expect(seen.map(({ caseId, json }) => ({ caseId, json }))).toEqual([
    { caseId: 'whole', json: hello },
    { caseId: 'refused', json: { ...hello, n: 2 } },
  ]);
});

test('model, stream_options and the order of members make no difference, anything else does', async () => {
  const { url, seen } = await start([whole]);
  await post(url, {
    temperature: 1,
    messages: [{ content: 'Hello', role: 'user' }],
    model: 'b',
    stream_options: { include_usage: true },
  });
  const miss = await post(url, { ...hello, temperature: 0.5 });
  expect([miss.status, await miss.json()]).toEqual([404, { error: expect.objectContaining({ code: 'case_missing' }) }]);
  expect(seen.map(({ caseId }) => caseId)).toEqual(['whole', undefined]);
});

test('a case is found by its id in the header or in place of the model', async () => {
  const unasked: ReplayCase = { id: 'unasked', status: 200, framing: 'text', responseBody: 'hi' };
  const { url } = await start([whole, unasked]);
  expect(await (await post(url, hello, { [caseHeader]: 'unasked' })).text()).toBe('hi');
  expect(await (await post(url, { ...hello, model: 'unasked' })).text()).toBe('hi');
  expect((await post(url, hello, { [caseHeader]: 'nobody' })).status).toBe(404);
});

test('of equal requests the one of the same model is preferred, and each takes its turn', async () => {
  const again = { ...whole, id: 'again' };
  const other = { ...whole, id: 'other', model: 'b', requestBody: { ...hello, model: 'b' } };
  const { url, seen } = await start([whole, again, other]);
  for (const model of ['a', 'a', 'a', 'b', 'c', 'c']) await post(url, { ...hello, model });
  expect(seen.map(({ caseId }) => caseId)).toEqual(['whole', 'again', 'whole', 'other', 'again', 'other']);
});

describe('a stream', () => {
  test('is spelled as it was, frame by frame', async () => {
    const { url } = await start([stream]);
    const { text } = await exchange(url, posted({ ...hello, stream: true }));
    const chunks = text.slice(text.indexOf('\r\n\r\n') + 4);
    expect(chunks).toBe(
      `${recordedPieces(stream)
        .map((piece) => `${piece.length.toString(16)}\r\n${new TextDecoder().decode(piece)}\r\n`)
        .join('')}0\r\n\r\n`,
    );
    expect(new TextDecoder().decode(joined(recordedPieces(stream)))).toBe(spelled);
  });

  test.each(['whole', 1, 3, 1000] as const)('cut as %p has the same bytes', async (cut) => {
    const { url } = await start([stream], { cut });
    expect(await (await post(url, { ...hello, stream: true })).text()).toBe(spelled);
  });
});

test('a whole body can be cut too', async () => {
  const { url } = await start([whole], { cut: 2 });
  expect(await (await post(url, hello)).text()).toBe('{"answer":"a 🌉"}');
});

test('a framing that it cannot play is an error that names the recording', () => {
  expect(() => recordedPieces({ id: 'x', status: 200, framing: 'ws' })).toThrow('recording x is framed as ws');
});

const cases = recorded('openai-chat');
test.if(cases.length > 0)(`all ${cases.length} recorded openai-chat cases come back byte for byte`, async () => {
  const { url, seen } = await start(cases);
  for (const one of cases) {
    const asked = isJsonObject(one.requestBody) ? one.requestBody : undefined;
    const named = { [caseHeader]: one.id };
    const answer = await post(url, asked ?? {}, named);
    expect(answer.status).toBe(one.status);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(joined(recordedPieces(one)));
  }
  for (const one of cases) {
    if (!isJsonObject(one.requestBody)) continue;
    const answer = await post(url, { ...one.requestBody, model: 'spliced', stream_options: { include_usage: true } });
    const found = cases.find(({ id }) => id === seen.at(-1)?.caseId);
    expect(found === undefined).toBeFalse();
    if (found !== undefined) expect(new Uint8Array(await answer.arrayBuffer())).toEqual(joined(recordedPieces(found)));
  }
});
