import { describe, expect, test } from 'bun:test';
import { OpenAI as OpenAI6 } from 'openai-6';
import { OpenAI as OpenAI7 } from 'openai-7';
import { Failure } from '../../src/core/failure.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { type Frame, spellFrame } from '../../src/dialects/sse.ts';

const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const begun = {
  data: '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}',
};

// The two majors differ in types that no two compilers agree on, not in what is used here.
const older = OpenAI6 as unknown as typeof OpenAI7;

describe.each([
  ['6', older],
  ['7', OpenAI7],
] as const)('the official SDK, major %s', (_, OpenAI) => {
  test('raises what ended a stream, after what was said before, and does not wait for more', async () => {
    const frames = openaiChat.failure.frames(new Failure('provider-timeout', 'The provider fell silent.'), 'req_1');
    const client = new OpenAI({ apiKey: 'k', fetch: async () => streamed([begun, ...frames]), maxRetries: 0 });
    let heard = '';
    let raised: unknown;
    try {
      const stream = await client.chat.completions.create({ ...request, stream: true });
      for await (const chunk of stream) heard += chunk.choices[0]?.delta.content ?? '';
    } catch (problem) {
      raised = problem;
    }
    expect(heard).toBe('Hel');
    expect(raised).toMatchObject({
      code: 'provider_timeout',
      type: 'server_error',
      message: 'The provider fell silent.',
    });
  });

  test('reads our refusals, and asks again only where that may help', async () => {
    const asked = async (problem: Failure): Promise<readonly [number, unknown]> => {
      let calls = 0;
      const answer = openaiChat.failure.encode(problem, 'req_1');
      const fetch = async (): Promise<Response> => {
        calls += 1;
        return Response.json(answer.body, {
          status: answer.status,
          headers: { ...answer.headers, 'retry-after-ms': '0' },
        });
      };
      const client = new OpenAI({ apiKey: 'k', fetch, maxRetries: 1 });
      const raised: unknown = await client.chat.completions.create(request).catch((thrown: unknown) => thrown);
      return [calls, raised];
    };
    const refused = await asked(new Failure('request-invalid', 'No such role.', { param: 'messages[0].role' }));
    expect(refused).toMatchObject([1, { status: 400, param: 'messages[0].role', type: 'invalid_request_error' }]);
    expect(await asked(new Failure('provider-unreachable', 'No route.'))).toMatchObject([2, { status: 502 }]);
    expect(await asked(new Failure('provider-credential-refused', 'Renew it.'))).toMatchObject([1, { status: 502 }]);
    expect(await asked(new Failure('provider-quota-exhausted', 'No credit.'))).toMatchObject([
      1,
      { status: 429, code: 'insufficient_quota' },
    ]);
  });
});

function streamed(frames: readonly Frame[]): Response {
  return new Response(frames.map(spellFrame).join(''), { headers: { 'content-type': 'text/event-stream' } });
}
