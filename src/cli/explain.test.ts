import { expect, test } from 'bun:test';
import { Failure } from '../core/failure.ts';
import type { HttpClient, OutboundRequest } from '../core/ports.ts';
import { explain } from './explain.ts';
import type { Explanation } from './explanation.ts';
import type { CommandTools } from './tools.ts';

const explanation: Explanation = {
  request_id: 'req_1',
  dialect: 'anthropic-messages',
  operation: 'chat',
  model: 'fast',
  targets: [
    {
      provider: 'openai',
      model: 'gpt-5-mini',
      dialect: 'openai-chat',
      method: 'POST',
      url: 'https://api.openai.com/v1/chat/completions',
      headers: { 'content-type': 'application/json', authorization: '***' },
      passed_through: false,
      calls: 2,
      lost: [{ path: 'top_k', why: 'unsupported' }],
      emulated: [{ path: 'output_config.format', how: 'forced-tool' }],
      would_fetch: ['https://example.com/\u001b[2Ja.png'],
      context_window: 400_000,
      max_output_tokens: 128_000,
      price_bound_usd: '0.25',
      price_bound_missing: null,
      body: { model: 'gpt-5-mini', messages: [] },
    },
    { provider: 'groq', model: 'm', refused: { kind: 'request-lossy', message: 'groq cannot be told: tools.' } },
  ],
};

interface Desk {
  readonly tools: CommandTools;
  readonly sent: OutboundRequest[];
  readonly said: string[];
  readonly complaints: string[];
}

function desk(answer: { status?: number; body?: string; fails?: Failure } = {}, environment = {}): Desk {
  const sent: OutboundRequest[] = [];
  const said: string[] = [];
  const complaints: string[] = [];
  const http: HttpClient = {
    send: async (request) => {
      sent.push(request);
      if (answer.fails !== undefined) throw answer.fails;
      const text = answer.body ?? JSON.stringify({ object: 'explanation', ...explanation });
      const bytes = new TextEncoder().encode(text);
      const pieces = () => ({ read: async () => undefined, cancel: () => undefined });
      return { status: answer.status ?? 200, headers: new Headers(), bytes: async () => bytes, pieces };
    },
  };
  const tools: CommandTools = {
    http,
    environment: { TRESTLE_CLIENT_KEY: 'tr-client', ...environment },
    readFile: (path) => (path === 'ask.json' ? '{"seed":12345678901234567890}' : undefined),
    readInput: async () => '{"piped":true}',
    say: (text) => said.push(text),
    complain: (text) => complaints.push(text),
  };
  return { tools, sent, said, complaints };
}

function bodyOf(request: OutboundRequest | undefined): string {
  return new TextDecoder().decode(request?.body);
}

test('a file goes to the server as it is written, with the key of the environment', async () => {
  const { tools, sent } = desk();
  expect(await explain(tools, ['ask.json', '--dialect', 'anthropic-messages'])).toBe(0);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    method: 'POST',
    url: 'http://127.0.0.1:4141/trestle/v1/explain',
    headers: { 'content-type': 'application/json', authorization: 'Bearer tr-client' },
  });
  expect(bodyOf(sent[0])).toBe('{"dialect":"anthropic-messages","request":{"seed":12345678901234567890}}');
});

test('flags go before the environment, TRESTLE_KEY before TRESTLE_CLIENT_KEY, and - is what is piped in', async () => {
  const { tools, sent } = desk({}, { TRESTLE_URL: 'http://elsewhere:1/', TRESTLE_KEY: 'tr-mine' });
  await explain(tools, ['-']);
  await explain(tools, ['-', '--url=http://here:2', '--key', 'tr-flag']);
  expect(sent.map(({ url, headers }) => [url, headers['authorization']])).toEqual([
    ['http://elsewhere:1/trestle/v1/explain', 'Bearer tr-mine'],
    ['http://here:2/trestle/v1/explain', 'Bearer tr-flag'],
  ]);
  expect(bodyOf(sent[0])).toBe('{"request":{"piped":true}}');
});

test('people read where it goes, what is lost, what it costs at most, and the body', async () => {
  const { tools, said } = desk();
  await explain(tools, ['ask.json']);
  expect(said).toEqual([
    [
      'fast, asked in anthropic-messages: 2 targets, in this order',
      '',
      '1  openai/gpt-5-mini',
      '   sent      POST https://api.openai.com/v1/chat/completions, 2 times',
      '   header    content-type: application/json',
      '   header    authorization: ***',
      '   wording   translated to openai-chat',
      '   lost      top_k (unsupported)',
      '   emulated  output_config.format (forced-tool)',
      '   fetched   https://example.com/\\u001b[2Ja.png',
      '   room      400000 tokens in all, at most 128000 of output',
      '   costs     at most 0.25 USD',
      '',
      '   {',
      '     "model": "gpt-5-mini",',
      '     "messages": []',
      '   }',
      '',
      '2  groq/m',
      '   would refuse: groq cannot be told: tools.',
    ].join('\n'),
  ]);
});

test('numbers are shown as they are sent, however large', async () => {
  const target = { ...explanation.targets[0], body: null };
  const body = JSON.stringify({ object: 'explanation', ...explanation, targets: [target] });
  const { tools, said } = desk({ body: body.replace('"body":null', '"body":{"seed":12345678901234567890}') });
  expect(await explain(tools, ['ask.json'])).toBe(0);
  expect(said[0]).toContain('"seed": 12345678901234567890');
});

test('--json gives the very answer of the server', async () => {
  const body = '{"object":"explanation","targets":[], "n": 12345678901234567890}';
  const { tools, said } = desk({ body });
  expect(await explain(tools, ['ask.json', '--json'])).toBe(0);
  expect(said).toEqual([body]);
});

test('what was given wrongly is exit 2, before the server is asked where that shows', async () => {
  const cases: [words: string[], complaint: string][] = [
    [[], 'trestle: explain takes one file with a request, or - for what is piped in.'],
    [['a', 'b'], 'trestle: explain takes one file with a request, or - for what is piped in.'],
    [['no.json'], 'trestle: there is no file no.json.'],
    [['ask.json', '--colour'], 'trestle: there is no flag --colour; there are --url, --key, --dialect, --json.'],
    [['ask.json', '--url'], 'trestle: a value is missing after --url.'],
    [['ask.json', '--json', '--json'], 'trestle: --json is given twice; give it once.'],
    [
      ['ask.json', '--url', 'here'],
      'trestle: "here" is no address of a server; write for example http://127.0.0.1:4141.',
    ],
    [['ask.json', '--key', 'two words'], 'trestle: a client key is wanted: --key, TRESTLE_KEY or TRESTLE_CLIENT_KEY.'],
  ];
  for (const [words, complaint] of cases) {
    const { tools, sent, complaints } = desk();
    expect(await explain(tools, words)).toBe(2);
    expect({ complaints, sent }).toEqual({ complaints: [complaint], sent: [] });
  }
  const refused = desk({ status: 404, body: '{"error":{"message":"There is no model \\"x\\" here."}}' });
  expect(await explain(refused.tools, ['ask.json'])).toBe(2);
  expect(refused.complaints).toEqual(['trestle: There is no model "x" here.']);
});

test('a server that is not there, or fails, is exit 1', async () => {
  const gone = desk({ fails: new Failure('provider-unreachable', 'connection refused') });
  expect(await explain(gone.tools, ['ask.json'])).toBe(1);
  expect(gone.complaints).toEqual([
    'trestle: no Trestle answers at http://127.0.0.1:4141; is it running? --url says where.',
  ]);
  for (const answer of [{ status: 503, body: '{}' }, { body: '<html>' }, { body: '{"object":"list"}' }]) {
    const { tools, said } = desk(answer);
    expect({ code: await explain(tools, ['ask.json']), said }).toEqual({ code: 1, said: [] });
  }
});
