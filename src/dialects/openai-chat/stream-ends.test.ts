import { describe, expect, test } from 'bun:test';
import { chunk, decoded, spelled } from '../../../test/rooms/openai-streamed.ts';
import { Failure } from '../../core/failure.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import { reportEventExtras } from '../event-place.ts';
import { stream } from './stream.ts';

describe('a stream that stops', () => {
  const begun = { data: JSON.stringify(chunk({ role: 'assistant', content: 'a' })) };
  const finished = { data: JSON.stringify(chunk({}, 'stop')) };

  test('before the answer was whole is an error', () => {
    const decoder = stream.decoder();
    decoder.push(begun);
    expect(decoder.end()).toEqual([{ type: 'error', failure: expect.any(Failure) }]);
  });

  test('without an end mark, after all choices have said why, is whole', () => {
    const decoder = stream.decoder();
    decoder.push(begun);
    decoder.push(finished);
    expect(decoder.end()).toEqual([{ type: 'response-end' }]);
  });

  test('after its end mark says nothing more', () => {
    const decoder = stream.decoder();
    decoder.push(begun);
    expect([...decoder.push({ data: '[DONE]' }), ...decoder.push(begun), ...decoder.end()]).toEqual([
      { type: 'response-end' },
    ]);
  });

  test('with an error says so once', () => {
    const decoder = stream.decoder();
    const events = decoder.push({ data: '{"error":{"message":"Overloaded","type":"overloaded_error"}}' });
    expect([...events, ...decoder.end()]).toEqual([
      {
        type: 'error',
        failure: expect.objectContaining({ kind: 'provider-overloaded' }),
        raw: { dialect: 'openai-chat', wire: { error: { message: 'Overloaded', type: 'overloaded_error' } } },
      },
    ]);
  });

  test('over our account does not tell the caller the provider’s words about it', () => {
    const frame = {
      data: '{"error":{"message":"Incorrect API key: abc","code":"invalid_api_key","type":"authentication_error"}}',
    };
    expect(JSON.stringify(spelled(decoded([frame])))).not.toContain('abc');
  });
});

describe('usage in a member of Groq’s own', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
  const ended = chunk({}, 'stop');
  const told = (more: JsonObject): readonly unknown[] =>
    decoded([{ data: JSON.stringify({ ...ended, ...more }) }]).flatMap((event) =>
      event.type === 'usage' ? [event.usage.counted?.tokens] : [],
    );

  test('is understood where it stands alone, and told once where it stands twice', () => {
    expect(told({ x_groq: { id: 'req_1', usage } })).toEqual([{ input: 3, output: 1 }]);
    expect(told({ usage: null, x_groq: { usage } })).toEqual([{ input: 3, output: 1 }]);
    expect(told({ usage, x_groq: { usage } })).toEqual([{ input: 3, output: 1 }]);
    expect(told({ x_groq: { usage: null } })).toEqual([]);
  });

  test('is nothing that another dialect could lose, what stands beside it is', () => {
    const lostOf = (groq: JsonObject): readonly string[] => {
      const lost: Loss[] = [];
      for (const event of decoded([{ data: JSON.stringify({ ...ended, usage, x_groq: groq }) }])) {
        reportEventExtras('anthropic-messages', event, (loss) => void lost.push(loss));
      }
      return lost.map(({ path }) => path);
    };
    expect([lostOf({ id: 'req_1', usage }), lostOf({ usage, seed: 7 })]).toEqual([[], ['x_groq.seed']]);
  });

  test('comes back to where it stood', () => {
    const other = { ...usage, queue_time: 0.1 };
    for (const more of [
      { x_groq: { usage } },
      { x_groq: { id: 'req_1', usage, debug: {} } },
      { usage: null, x_groq: { usage } },
      { usage, x_groq: { usage } },
      { usage, x_groq: { usage: other } },
      { x_groq: { usage: 7 } },
    ]) {
      const wire = { ...ended, ...more };
      expect(spelled(decoded([{ data: JSON.stringify(wire) }]))).toEqual([wire]);
    }
  });
});
