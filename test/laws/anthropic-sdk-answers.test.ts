import { describe, expect, test } from 'bun:test';
import { Anthropic as Anthropic0 } from 'anthropic-0';
import { Anthropic as Anthropic1 } from 'anthropic-1';
import type { ChatEvent } from '../../src/core/chat.ts';
import { Failure } from '../../src/core/failure.ts';
import { failure } from '../../src/dialects/anthropic-messages/failure.ts';
import { response } from '../../src/dialects/anthropic-messages/response.ts';
import { stream } from '../../src/dialects/anthropic-messages/stream.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { type Frame, frameReader, spellFrame } from '../../src/dialects/sse.ts';
import { handmade, type Recording, recorded } from '../recordings.ts';
import { sseText } from '../sse-text.ts';

const request = { model: 'm', max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hi' }] };
const all = [...recorded('openai-chat'), ...handmade('openai-chat')];
const streams = all.filter((one) => one.responseChunks !== undefined && one.framing === 'sse');

// The two majors differ in types that no two compilers agree on, not in what is used here.
const older = Anthropic0 as unknown as typeof Anthropic1;

describe.each([
  ['0', older],
  ['1', Anthropic1],
] as const)('the official SDK, major %s', (_, Anthropic) => {
  test('puts every openai-chat stream together to the message that it is', async () => {
    let count = 0;
    for (const one of streams) {
      const events = eventsOf(one);
      if (events.some(({ type }) => type === 'error')) continue;
      const encoder = stream.encoder(() => undefined);
      const frames = events.flatMap((event) => encoder.push(event));
      const client = new Anthropic({ apiKey: 'k', fetch: async () => streamed(frames), maxRetries: 0 });
      const message = await client.messages.stream(request).finalMessage();
      const said = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      const thoughts = message.content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join('');
      expect({
        id: one.id,
        said,
        thoughts,
        calls: message.content.filter(({ type }) => type === 'tool_use').length,
      }).toEqual({
        id: one.id,
        said: joined(events, ['text-delta', 'refusal-delta', 'audio-delta']),
        thoughts: joined(events, ['reasoning-delta']),
        calls: events.filter(
          (event) => event.type === 'tool-call-start' && event.choice === 0 && event.kind === 'function',
        ).length,
      });
      expect(message.stop_reason).toMatch(/^(end_turn|max_tokens|tool_use|refusal)$/);
      expect(message.usage.output_tokens).toBeGreaterThanOrEqual(0);
      count += 1;
    }
    console.log(`  openai-chat streams through Anthropic's SDK: ${count} cases`);
    expect(count).toBeGreaterThan(0);
  }, 30_000);

  test('hears parallel calls with their inputs, however they were mixed', async () => {
    const call = (number: number, name: string): ChatEvent => ({
      ...{ type: 'tool-call-start', choice: 0, call: number, kind: 'function', id: `call_${name}`, name },
    });
    const more = (number: number, text: string): ChatEvent => ({
      type: 'tool-call-delta',
      choice: 0,
      call: number,
      text,
    });
    const events: readonly ChatEvent[] = [
      { type: 'response-start', id: 'c', model: 'm' },
      ...[call(0, 'f'), call(1, 'g'), more(1, '{"b":'), more(0, '{"a":1}'), more(1, '2}')],
      { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } },
      { type: 'response-end' },
    ];
    const encoder = stream.encoder(() => undefined);
    const frames = events.flatMap((event) => encoder.push(event));
    const client = new Anthropic({ apiKey: 'k', fetch: async () => streamed(frames), maxRetries: 0 });
    const { content, stop_reason } = await client.messages.stream(request).finalMessage();
    expect({ content: content.map((block) => ({ ...block })), stop_reason }).toMatchObject({
      content: [
        { type: 'tool_use', id: 'call_f', name: 'f', input: { a: 1 } },
        { type: 'tool_use', id: 'call_g', name: 'g', input: { b: 2 } },
      ],
      stop_reason: 'tool_use',
    });
  });

  test('reads a whole answer of another dialect', async () => {
    const value = openaiChat.response.decode({
      kind: 'json',
      bytes: new TextEncoder().encode(
        '{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}',
      ),
    });
    const { bytes } = response.encode(value, () => undefined);
    const fetch = async (): Promise<Response> =>
      new Response(bytes, { headers: { 'content-type': 'application/json' } });
    const message = await new Anthropic({ apiKey: 'k', fetch, maxRetries: 0 }).messages.create(request);
    expect(message).toMatchObject({
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'max_tokens',
      usage: { input_tokens: 3, output_tokens: 2 },
    });
  });

  test('raises what ended a stream, after what was said before', async () => {
    const problem = new Failure('provider-overloaded', 'It has no capacity.');
    const begun: readonly ChatEvent[] = [
      { type: 'response-start', id: 'c', model: 'm' },
      { type: 'text-delta', choice: 0, text: 'Hel' },
    ];
    const encoder = stream.encoder(() => undefined);
    const frames = [...begun.flatMap((event) => encoder.push(event)), ...failure.frames(problem, 'req_1')];
    const client = new Anthropic({ apiKey: 'k', fetch: async () => streamed(frames), maxRetries: 0 });
    let heard = '';
    let raised: unknown;
    try {
      for await (const event of await client.messages.create({ ...request, stream: true })) {
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') heard += event.delta.text;
      }
    } catch (thrown) {
      raised = thrown;
    }
    expect(heard).toBe('Hel');
    expect(raised).toMatchObject({
      error: {
        type: 'error',
        error: { type: 'overloaded_error', message: 'It has no capacity.' },
        request_id: 'req_1',
      },
    });
  });

  test('knows our failures by its own classes, and asks again only where that may help', async () => {
    const asked = async (problem: Failure): Promise<readonly [number, unknown]> => {
      let calls = 0;
      const answer = failure.encode(problem, 'req_1');
      const fetch = async (): Promise<Response> => {
        calls += 1;
        return Response.json(answer.body, {
          status: answer.status,
          headers: { ...answer.headers, 'retry-after-ms': '1' },
        });
      };
      const client = new Anthropic({ apiKey: 'k', fetch, maxRetries: 1 });
      const raised: unknown = await client.messages.create(request).catch((thrown: unknown) => thrown);
      return [calls, raised];
    };
    const kinds = [
      [await asked(new Failure('request-invalid', 'No.')), 1, Anthropic.BadRequestError],
      [await asked(new Failure('credential-invalid', 'No.')), 1, Anthropic.AuthenticationError],
      [await asked(new Failure('model-unknown', 'No.')), 1, Anthropic.NotFoundError],
      [await asked(new Failure('provider-rate-limited', 'No.')), 2, Anthropic.RateLimitError],
      [await asked(new Failure('provider-overloaded', 'No.')), 2, Anthropic.APIError],
      [await asked(new Failure('provider-quota-exhausted', 'No.')), 1, Anthropic.APIError],
      [await asked(new Failure('provider-credential-refused', 'No.')), 1, Anthropic.InternalServerError],
      [await asked(new Failure('provider-failed', 'No.', { retry: 'other-target' })), 1, Anthropic.InternalServerError],
    ] as const;
    for (const [[calls, raised], expected, type] of kinds) {
      expect(raised).toBeInstanceOf(type);
      expect([calls, raised]).toMatchObject([expected, { requestID: 'req_1', error: { type: 'error' } }]);
    }
  });
});

function streamed(frames: readonly Frame[]): Response {
  return new Response(frames.map(spellFrame).join(''), { headers: { 'content-type': 'text/event-stream' } });
}

function eventsOf(one: Recording): readonly ChatEvent[] {
  const decoder = openaiChat.stream.decoder();
  const events = frameReader()
    .push(new TextEncoder().encode(sseText(one)))
    .flatMap((frame) => decoder.push(frame));
  return [...events, ...decoder.end()];
}

function joined(events: readonly ChatEvent[], types: readonly ChatEvent['type'][]): string {
  return events.map((event) => (types.includes(event.type) ? wordsOf(event) : '')).join('');
}

function wordsOf(event: ChatEvent): string {
  if (!('choice' in event) || event.choice !== 0) return '';
  if (event.type === 'audio-delta') return event.transcript ?? '';
  return 'text' in event ? (event.text ?? '') : '';
}
