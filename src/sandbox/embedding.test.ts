import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { handClock } from '../../test/fakes/hand-clock.ts';
import { type Asking, askSandbox, at, jsonOf } from '../../test/fakes/sandbox.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { vectorNumbers } from '../core/vector.ts';

const path = '/embeddings';
const ask = (changes: JsonObject, asking: Asking = {}) =>
  askSandbox({ model: 'embed', input: 'Hello, wide world', ...changes }, { path, ...asking });
const answer = async (changes: JsonObject): Promise<JsonObject> => await jsonOf(await ask(changes));

async function vectorsOf(changes: JsonObject): Promise<readonly (readonly number[])[]> {
  const { data } = await answer(changes);
  if (!Array.isArray(data)) throw new Error('no data');
  return data.map((one: Json) => {
    const vector = at(one, 'embedding');
    const numbers = typeof vector === 'string' ? vectorNumbers(vector) : vector;
    if (!Array.isArray(numbers)) throw new Error('no vector');
    return numbers;
  });
}

describe('an embedding', () => {
  test('has 256 numbers or as many as were asked for, and the length 1', async () => {
    for (const [changes, count] of [
      [{}, 256],
      [{ dimensions: 1 }, 1],
      [{ dimensions: 1536 }, 1536],
      [{ dimensions: null }, 256],
    ] as const) {
      const [vector = []] = await vectorsOf(changes);
      expect(vector).toHaveLength(count);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }
  });

  test('of the same text is the same, of another one another', async () => {
    const text = fc.string({ minLength: 1 });
    await fc.assert(
      fc.asyncProperty(text, text, async (one, other) => {
        const [first, second, again] = await vectorsOf({ input: [one, other, one] });
        expect(again).toEqual(first as never);
        if (one !== other) expect(second).not.toEqual(first as never);
        expect((await vectorsOf({ input: one }))[0]).toEqual(first as never);
      }),
      { numRuns: 30 },
    );
  });

  test('is the same in both encodings', async () => {
    const floats = await answer({ encoding_format: 'float' });
    const base64 = await answer({ encoding_format: 'base64' });
    expect(at(floats, 'data', 0, 'embedding')).toBeArray();
    expect(at(base64, 'data', 0, 'embedding')).toBeString();
    expect(await vectorsOf({ encoding_format: 'float' })).toEqual(await vectorsOf({ encoding_format: 'base64' }));
    expect(at(await answer({}), 'data', 0, 'embedding')).toEqual(at(floats, 'data', 0, 'embedding') as never);
  });

  test('comes for each input, in order, with the tokens of all', async () => {
    expect(await answer({ input: ['Hello, wide world', 'Hi'], dimensions: 2 })).toEqual({
      object: 'list',
      data: [0, 1].map((index) => ({
        object: 'embedding',
        index,
        embedding: [expect.any(Number), expect.any(Number)],
      })),
      model: 'sandbox/embed',
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
    const tokens = await answer({ input: [[1, 2, 3], [4]] });
    expect(tokens).toMatchObject({ data: [{ index: 0 }, { index: 1 }], usage: { prompt_tokens: 4 } });
    expect(await answer({ input: [1, 2, 3] })).toMatchObject({ data: [{ index: 0 }], usage: { prompt_tokens: 3 } });
  });

  test.each<[JsonObject, string, string]>([
    [{ input: null }, 'input', 'Missing required'],
    [{ input: 7 }, 'input', 'a string or an array'],
    [{ input: '' }, 'input', 'not empty'],
    [{ input: [] }, 'input', 'at least one input'],
    [{ input: ['a', ''] }, 'input[1]', 'not empty'],
    [{ input: ['a', 7] }, 'input[1]', 'a string or an array of tokens'],
    [{ input: [[]] }, 'input[0]', 'at least one token'],
    [{ input: [[1, 'a']] }, 'input[0][1]', 'an integer'],
    [{ input: [1, 1.5] }, 'input[1]', 'an integer'],
    [{ input: Array.from({ length: 2049 }, () => 'a') }, 'input', 'at most 2048'],
    [{ dimensions: 0 }, 'dimensions', 'from 1 to 4096'],
    [{ dimensions: '3' }, 'dimensions', 'an integer'],
    [{ encoding_format: 'hex' }, 'encoding_format', "'hex' is none of float, base64"],
    [{ model: 'embed?x=1' }, 'model', 'no sandbox parameter'],
  ])('is refused for %j, naming the field', async (changes, param, words) => {
    const refused = await ask(changes);
    expect({ status: refused.status, body: await jsonOf(refused) }).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining(words), type: 'invalid_request_error', param } },
    });
  });

  test('is not made by a model that writes, and the other way round', async () => {
    const message = "The sandbox has no model 'echo' for this; there are: embed.";
    const echo = await ask({ model: 'echo' });
    expect({ status: echo.status, body: await jsonOf(echo) }).toMatchObject({
      status: 404,
      body: { error: { message } },
    });
    expect((await askSandbox({ model: 'embed', messages: [{ role: 'user', content: 'Hi' }] })).status).toBe(404);
  });

  test('comes with the pace and the faults that were asked for', async () => {
    expect((await ask({ model: 'embed?fail=503' })).status).toBe(503);
    expect(await answer({ model: 'embed?no_usage=1' })).not.toHaveProperty('usage');
    expect(await answer({ model: 'embed?error_after=1' })).toMatchObject({ error: { type: 'server_error' } });
    expect((await ask({ model: 'embed?html=1' })).headers.get('content-type')).toStartWith('text/html');
    expect(at(await answer({ model: 'embed?other_encoding=1' }), 'data', 0, 'embedding')).toBeString();
    await expect((await ask({ model: 'embed?cut_after=2' })).bytes(1e6)).rejects.toMatchObject({
      kind: 'provider-unreachable',
    });
    const clock = handClock();
    let isThere = false;
    const pending = ask({ model: 'embed?ttft_ms=100&tokens_per_second=10' }, { clock }).then(() => {
      isThere = true;
    });
    await clock.advance(399);
    expect(isThere).toBeFalse();
    await clock.advance(1);
    await pending;
    expect(clock.pending()).toBe(0);
  });
});
