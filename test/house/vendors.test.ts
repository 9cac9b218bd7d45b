import { describe, expect, test } from 'bun:test';
import type { JsonObject } from '../../src/core/json.ts';
import type { OutboundRequest } from '../../src/core/ports.ts';
import type { RequestRecord } from '../../src/store/store.ts';
import { type Recording, recorded } from '../recordings.ts';
import { recordedPieces } from '../upstream/recorded-answer.ts';
import { askedOf, type FakeAnswer, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { testHouse } from './house.ts';

interface Asked {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly sent: readonly OutboundRequest[];
  readonly record: RequestRecord | undefined;
}

/** One call to a vendor whose answers are given, through a whole house. */
async function asked(
  kind: string,
  body: JsonObject,
  options: {
    readonly answer?: (request: OutboundRequest) => FakeAnswer;
    readonly path?: string;
    readonly settings?: string;
  } = {},
): Promise<Asked> {
  const http = fakeUpstream(options.answer ?? goodAnswer);
  const settings = options.settings ?? 'base_url: "http://vendor.invalid/v1", api_key: vendor-credential';
  const house = await testHouse({ http, config: `providers: { v: { type: ${kind}, ${settings} } }` });
  try {
    const response = await house.ask(
      { model: 'v/m', ...body },
      options.path === undefined ? {} : { path: options.path },
    );
    const text = await response.text();
    const [record] = await house.records();
    return { status: response.status, text, headers: response.headers, sent: http.sent, record };
  } finally {
    await house.close();
  }
}

const messages = [{ role: 'user', content: 'Say a single word.' }];
const question = { messages } as const;

describe('what a vendor refuses never reaches it', () => {
  test('Mistral is told of seed and limit by its own names, and not how to stream', async () => {
    const body = {
      ...question,
      seed: 7,
      max_completion_tokens: 9,
      user: 'u',
      stream: true,
      stream_options: { include_usage: true },
    };
    const { sent, headers } = await asked('mistral', body);
    expect(sent.map(askedOf)).toEqual([{ model: 'm', messages, random_seed: 7, max_tokens: 9, stream: true }]);
    // How to stream is no loss: usage comes in any case.
    expect(headers.get('x-trestle-lost')).toBe('"user";why="unsupported"');
  });

  test('Cerebras is spared what it answers with a 400', async () => {
    const refused = {
      frequency_penalty: 1,
      presence_penalty: 1,
      logit_bias: {},
      parallel_tool_calls: true,
      service_tier: 'auto',
    };
    const { sent } = await asked('cerebras', { ...question, ...refused, temperature: 1 });
    expect(sent.map(askedOf)).toEqual([{ model: 'm', messages, temperature: 1 }]);
  });

  test('Together is told of the limit by its old name', async () => {
    const { sent } = await asked('together', { ...question, max_completion_tokens: 9 });
    expect(sent.map(askedOf)).toEqual([{ model: 'm', messages, max_tokens: 9 }]);
  });

  test('xAI’s models that reason are spared what they refuse, when a request of another dialect is told to them', async () => {
    const body = { ...question, model: 'v/grok-4.3', max_tokens: 9, stop_sequences: ['END'] };
    const { sent, headers } = await asked('xai', body, { path: '/v1/messages' });
    expect(sent.map(askedOf)).toMatchObject([{ model: 'grok-4.3' }]);
    expect(sent.map(askedOf).some((request) => 'stop' in request)).toBe(false);
    expect(headers.get('x-trestle-lost')).toContain('"stop_sequences"');
  });
});

describe('what a vendor really said', () => {
  for (const { kind, recordedOf = kind, ends } of [
    // As the router of Hugging Face passed them on, unchanged.
    { kind: 'cerebras', recordedOf: 'huggingface', ends: 'without a mark' },
    { kind: 'huggingface', ends: 'without a mark' },
    { kind: 'mistral', ends: 'with one' },
    { kind: 'together', ends: 'with one' },
    { kind: 'openrouter', ends: 'with one' },
  ]) {
    test(`a stream of ${kind}, which ends ${ends}, is whole for the caller and for the books`, async () => {
      const streams = recorded('openai-chat', 'chat.completions').filter(
        (one) =>
          one.provider === recordedOf &&
          one.origin === 'recorded' &&
          one.status === 200 &&
          marked(one) === (ends === 'with one'),
      );
      for (const stream of streams.filter(toldUsage)) {
        const answer = () => ({ headers: { 'content-type': 'text/event-stream' }, pieces: recordedPieces(stream) });
        const { text, record } = await asked(
          kind,
          { ...question, stream: true, stream_options: { include_usage: true } },
          { answer },
        );
        expect(text.trimEnd()).toEndWith('data: [DONE]');
        const whole: Ending = { outcome: 'complete', basis: 'reported', failure: null };
        expect({ id: stream.id, ...picked(record) }).toEqual({ id: stream.id, ...whole });
      }
    });
  }

  test('what xAI reasons is charged although it counts it beside the answer', async () => {
    const answers = recorded('openai-chat', 'chat.completions').filter(
      ({ provider, stream }) => provider === 'xai' && !stream,
    );
    for (const { responseBody } of answers) {
      const answer = () => ({
        headers: { 'content-type': 'application/json' },
        pieces: [JSON.stringify(responseBody)],
      });
      const { record } = await asked('xai', question, { answer });
      const { usage } = responseBody as unknown as { usage: { total_tokens: number } };
      const all = Object.values(record?.usage.tokens ?? {}).reduce((sum, count) => sum + count, 0);
      expect(all).toBe(usage.total_tokens);
    }
  });
});

function marked({ responseChunks = [] }: Recording): boolean | undefined {
  return responseChunks.length === 0 ? undefined : responseChunks.some(({ data }) => data === '[DONE]');
}

/** And no failure in the middle. */
function toldUsage({ responseChunks = [] }: Recording): boolean {
  const frames = responseChunks.map(({ data = '' }) => data);
  return frames.some((data) => data.includes('"usage":{')) && !frames.some((data) => data.includes('"error":{'));
}

interface Ending {
  readonly outcome: string;
  readonly basis: string;
  readonly failure: string | null;
}

function picked(record: RequestRecord | undefined): Ending {
  return { outcome: record?.outcome ?? 'refused', basis: record?.basis ?? 'none', failure: record?.failure ?? null };
}
