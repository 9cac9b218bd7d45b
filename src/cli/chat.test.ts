import { expect, test } from 'bun:test';
import { type FakeToolsOptions, fakeTools, type Said } from '../../test/fakes/tools.ts';
import type { OutboundRequest } from '../core/ports.ts';
import { run } from './run.ts';

const head = { 'x-request-id': 'req_1', 'x-trestle-provider': 'openai', 'x-trestle-model': 'gpt-5-mini' };
const chunk = (text: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`;
const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } })}\n\n`;
const record = { json: { id: 'req_1', cost_usd: '0.00012' } };

/** A server that says this to every question, and has it in its books. */
function server(...texts: readonly string[]): (request: OutboundRequest) => Said {
  return ({ url }) =>
    url.includes('/trestle/v1/requests/')
      ? record
      : { headers: head, pieces: [...texts.map(chunk), usage, 'data: [DONE]\n\n'] };
}

function bodies(sent: readonly OutboundRequest[]) {
  return sent
    .filter(({ url }) => url.endsWith('/v1/chat/completions'))
    .map(({ body }) => JSON.parse(new TextDecoder().decode(body)));
}

async function chatted(words: readonly string[], options: FakeToolsOptions = {}) {
  const fake = fakeTools({ answer: server('Hel', 'lo'), ...options });
  return { ...fake, code: await run(fake.tools, ['chat', ...words]) };
}

const sum =
  '12 tokens in, 3 out · 0.00012 USD · first token after 0.00 s · all after 0.00 s · openai/gpt-5-mini · req_1';

test('a question is answered once, with tokens, cost and the time to the first token', async () => {
  const { code, shown, sent } = await chatted([
    '--model',
    'fast',
    '--system',
    'Be brief.',
    '--max-tokens=9',
    'Hi',
    'there',
  ]);
  expect({ code, shown }).toEqual({ code: 0, shown: ['Hel', 'lo', '\n', `${sum}\n`] });
  expect(bodies(sent)).toEqual([
    {
      model: 'fast',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi there' },
      ],
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 9,
    },
  ]);
});

test('what is piped in is the question', async () => {
  const { sent } = await chatted(['--model', 'fast'], { input: 'from a pipe\n' });
  expect(bodies(sent)[0].messages).toEqual([{ role: 'user', content: 'from a pipe' }]);
});

test('scripts get one JSON object', async () => {
  const { said, shown } = await chatted(['--model', 'fast', '--json', 'Hi']);
  expect(shown).toEqual([]);
  expect(JSON.parse(said[0] ?? '')).toEqual({
    text: 'Hello',
    whole: true,
    from: 'openai/gpt-5-mini',
    request_id: 'req_1',
    usage: { prompt_tokens: 12, completion_tokens: 3 },
    cost_usd: '0.00012',
    first_token_ms: 0,
    latency_ms: 0,
  });
});

test('the cost is looked up with the key that asked, and no other', async () => {
  const { sent } = await chatted(['--model', 'fast', 'Hi'], { environment: { TRESTLE_ADMIN_KEY: 'tr-admin' } });
  const looked = sent.find(({ url }) => url.endsWith('/trestle/v1/requests/req_1'));
  const asked = sent.find(({ url }) => url.endsWith('/v1/chat/completions'));
  expect(looked?.headers['authorization']).toBe(asked?.headers['authorization'] ?? 'none');
  expect(JSON.stringify(sent)).not.toContain('tr-admin');
});

test('a record that cannot be read is said, and asked for no further', async () => {
  const answer = (request: OutboundRequest): Said =>
    request.url.includes('/trestle/v1/requests/') ? { status: 500 } : server('x')(request);
  const { shown, sent } = await chatted(['--model', 'fast', 'Hi'], { answer });
  expect(shown.at(-1)).toContain('cost unknown (its record cannot be read)');
  expect(sent).toHaveLength(2);
});

test('a record that is not to be seen at once is looked for again, and not for ever', async () => {
  let looks = 0;
  const answer = (request: OutboundRequest): Said => {
    if (!request.url.includes('/trestle/v1/requests/')) return server('x')(request);
    looks += 1;
    return looks === 3 ? record : { status: 404 };
  };
  const fake = fakeTools({ answer });
  const over = run(fake.tools, ['chat', '--model', 'fast', 'Hi']);
  await Bun.sleep(1);
  await fake.clock.advance(5_000);
  expect({ code: await over, looks, cost: fake.shown.at(-1)?.includes('0.00012 USD') }).toEqual({
    code: 0,
    looks: 3,
    cost: true,
  });
});

test('nobody finds out from the bill which model was asked', async () => {
  const two = await chatted(['Hi'], { answer: () => ({ json: { data: [{ id: 'a' }, { id: 'b' }] } }) });
  expect({ code: two.code, complaints: two.complaints, asked: bodies(two.sent) }).toEqual({
    code: 2,
    complaints: ['trestle: which model? Give --model, or set TRESTLE_MODEL. There are a, b.'],
    asked: [],
  });
  const named = await chatted(['Hi'], { environment: { TRESTLE_MODEL: 'named' } });
  expect(bodies(named.sent)[0].model).toBe('named');
});

test('a conversation keeps what was said, until it is forgotten', async () => {
  const typed = ['one', '', '/model other', 'two', '/new', 'three', '/what'];
  const { sent, complaints, code } = await chatted(['--model', 'fast', '--system', 's'], { typed });
  const told = bodies(sent).map(({ model, messages }) => [
    model,
    ...messages.map(({ content }: { content: string }) => content),
  ]);
  expect(told).toEqual([
    ['fast', 's', 'one'],
    ['other', 's', 'one', 'Hello', 'two'],
    ['other', 's', 'three'],
  ]);
  expect(complaints).toEqual([
    `  ${sum}`,
    'From here on other answers.',
    `  ${sum}`,
    'What was said is forgotten.',
    `  ${sum}`,
    'There are /new and /model NAME.',
  ]);
  expect(code).toBe(0);
});

test('a question that failed leaves no trace in what was said', async () => {
  let asked = 0;
  const answer = (request: OutboundRequest): Said => {
    if (request.url.includes('/trestle/v1/requests/')) return record;
    asked += 1;
    return asked === 1 ? { status: 502, json: { error: { message: 'openai is down.' } } } : server('ok')(request);
  };
  const { sent, complaints } = await chatted(['--model', 'fast'], { typed: ['one', 'two'], answer });
  expect(complaints[0]).toBe('trestle: openai is down.');
  expect(bodies(sent)[1].messages).toEqual([{ role: 'user', content: 'two' }]);
});

test('Ctrl-C ends the answer, then the chat', async () => {
  const fake = fakeTools({
    typed: ['one', 'two'],
    answer: ({ url }) =>
      url.includes('/trestle/v1/requests/')
        ? record
        : { headers: head, pieces: [chunk('Hel'), new Promise<string>(() => undefined)] },
  });
  const over = run(fake.tools, ['chat', '--model', 'fast']);
  await Bun.sleep(1);
  expect(fake.shown.at(-1)).toBe('Hel');
  fake.interrupt();
  await Bun.sleep(1);
  expect(fake.complaints.at(-1)).toContain('given up after');
  expect(bodies(fake.sent)[1].messages).toEqual([
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'Hel' },
    { role: 'user', content: 'two' },
  ]);
  fake.interrupt();
  await Bun.sleep(1);
  fake.interrupt();
  expect(await over).toBe(0);
});

test('an answer cannot steer the terminal, however it is cut, and keeps its emoji and lines', async () => {
  const { shown } = await chatted(['--model', 'fast'], { typed: ['one'], answer: server('a\u001b[2J\nb 👩‍🚀\r\n') });
  expect(shown[1]).toBe('a\\u001b[2J\nb 👩‍🚀\n');
});

test('a stream that breaks with an error says so, with exit 1', async () => {
  const pieces = [chunk('Hel'), 'data: {"error":{"message":"openai broke off."}}\n\n'];
  const { code, complaints } = await chatted(['--model', 'fast', 'Hi'], { answer: () => ({ headers: head, pieces }) });
  expect({ code, complaints }).toEqual({ code: 1, complaints: ['trestle: openai broke off.'] });
});
