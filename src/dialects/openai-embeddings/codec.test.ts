import { describe, expect, test } from 'bun:test';
import type { EmbedRequest, EmbedResponse } from '../../core/embed.ts';
import type { Json } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { WireBody } from '../../core/payload.ts';
import { openaiEmbeddings } from './index.ts';

const { request, response, peek } = openaiEmbeddings;
const wire = (body: Json | string): WireBody => ({
  kind: 'json',
  bytes: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
});
const text = ({ bytes }: WireBody): string => new TextDecoder().decode(bytes);
const nothing = (loss: Loss): never => {
  throw new Error(`${loss.path} was lost`);
};

describe('a request', () => {
  test('is the same whichever way its input was written', () => {
    const of = (input: Json): EmbedRequest['inputs'] => request.decode(wire({ model: 'm', input })).inputs;
    expect([of('a'), of(['a']), of([1, 2]), of([[1, 2], [3]]), of(['a', 'b'])]).toEqual([
      ['a'],
      ['a'],
      [[1, 2]],
      [[1, 2], [3]],
      ['a', 'b'],
    ]);
  });

  test('says every member in our words, and keeps what only vendors know', () => {
    const body = {
      model: 'm',
      input: ['a'],
      encoding_format: 'base64',
      dimensions: 3,
      user: 'u',
      input_type: 'query',
    };
    expect(request.decode(wire(body))).toEqual({
      model: 'm',
      inputs: ['a'],
      encoding: 'base64',
      dimensions: 3,
      endUser: 'u',
      extras: { 'openai-embeddings': { input_type: 'query' } },
    });
    const other = request.decode(wire({ model: 'm', input: 'a', encoding_format: 'ubinary' }));
    expect(other.encoding).toBeUndefined();
    expect(JSON.parse(text(request.encode(other, nothing)))).toEqual({
      model: 'm',
      input: 'a',
      encoding_format: 'ubinary',
    });
  });

  test('of another dialect is written with lists', () => {
    const value: EmbedRequest = { model: 'm', inputs: [[1, 2]], encoding: 'float', dimensions: 2, endUser: 'u' };
    expect(JSON.parse(text(request.encode(value, nothing)))).toEqual({
      model: 'm',
      input: [[1, 2]],
      encoding_format: 'float',
      dimensions: 2,
      user: 'u',
    });
  });

  test('tells of what another dialect alone can say', () => {
    const lost: Loss[] = [];
    const value: EmbedRequest = { inputs: ['a'], extras: { 'anthropic-messages': { odd: 1 } } };
    request.encode(value, (loss) => void lost.push(loss));
    expect(lost).toEqual([{ path: 'odd', why: 'unsupported' }]);
  });

  test('knows where each member stands in it', () => {
    const list = request.decode(wire({ model: 'm', input: ['a'], encoding_format: 'float', odd: 1 }));
    const paths = ['inputs[0]', 'encoding', 'endUser', 'dimensions', 'odd', 'nothing[1]'];
    expect(paths.map((path) => request.locate(list, path))).toEqual([
      'input[0]',
      'encoding_format',
      'user',
      'dimensions',
      'odd',
      'nothing[1]',
    ]);
    const alone = request.decode(wire({ model: 'm', input: 'a' }));
    expect(request.locate(alone, 'inputs[0]')).toBe('input');
  });

  test.each<[Json, string]>([
    [{ model: 'm' }, 'input'],
    [{ model: 'm', input: [] }, 'input'],
    [{ model: 'm', input: ['a', {}] }, 'input[1]'],
    [{ model: 'm', input: 'a', encoding_format: 7 }, 'encoding_format'],
  ])('%j is refused, naming the field', (body, param) => {
    expect(() => request.decode(wire(body))).toThrow(expect.objectContaining({ kind: 'request-invalid' }));
    expect(() => request.decode(wire(body))).toThrow(expect.objectContaining({ details: { param } }));
  });
});

describe('an answer', () => {
  test('says every member in our words', () => {
    const usage = { prompt_tokens: 5, total_tokens: 5 };
    const body = {
      object: 'list',
      data: [
        { object: 'embedding', index: 1, embedding: [0.5, -1] },
        { object: 'embedding', embedding: 'AACAPw==' },
      ],
      model: 'm',
      usage,
    };
    expect(response.decode(wire(body))).toEqual({
      model: 'm',
      embeddings: [
        { index: 1, vector: [0.5, -1] },
        { index: 1, vector: 'AACAPw==', spelling: { 'openai-embeddings': { index: 'absent' } } },
      ],
      usage: { counted: { tokens: { input: 5 } }, raw: { dialect: 'openai-embeddings', wire: usage } },
    });
  });

  test('keeps the digits of its numbers, unless they are others now', () => {
    const body =
      '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.12345678901234567891,1e-5]}],"model":"m"}';
    const value = response.decode(wire(body));
    expect(value.embeddings[0]?.vector).toEqual([0.12345678901234568, 0.00001]);
    expect(text(response.encode(value, nothing))).toContain('[0.12345678901234567891,0.00001]');
    const changed = { ...value, embeddings: value.embeddings.map((one) => ({ ...one, vector: [0.5, 0.00001] })) };
    expect(text(response.encode(changed, nothing))).toContain('[0.5,0.00001]');
  });

  test('of another dialect is written as OpenAI does', () => {
    const value: EmbedResponse = {
      embeddings: [{ index: 0, vector: [0.5] }],
      usage: { counted: { tokens: { input: 7 } } },
    };
    expect(JSON.parse(text(response.encode(value, nothing)))).toEqual({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
      model: '',
      usage: { prompt_tokens: 7, total_tokens: 7 },
    });
  });

  test.each<[Json]>([
    [{ object: 'list' }],
    [{ data: [7] }],
    [{ data: [{ index: 0 }] }],
    [{ data: [{ index: 0, embedding: [1, 'a'] }] }],
  ])('%j is garbled', (body) => {
    expect(() => response.decode(wire(body))).toThrow(expect.objectContaining({ kind: 'provider-garbled' }));
  });

  test('that is an error is that error', () => {
    const body = { error: { message: 'No such model', type: 'invalid_request_error', code: 'model_not_found' } };
    expect(() => response.decode(wire(body))).toThrow('No such model');
    expect(peek.whole(wire(body)).failure).toMatchObject({ message: 'No such model', kind: 'provider-refused' });
  });
});

describe('usage', () => {
  const seen = (usage: Json): unknown => {
    const { usage: read, usageInvalid } = peek.whole(wire({ object: 'list', data: [], model: 'm', usage }));
    return usageInvalid === true ? 'invalid' : read;
  };

  test('is complete with what went in', () => {
    expect(seen({ prompt_tokens: 8, total_tokens: 8 })).toEqual({ tokens: { input: 8 } });
    expect(seen({ prompt_tokens: 8 })).toEqual({ tokens: { input: 8 } });
    expect(seen({ total_tokens: 12 })).toEqual({ tokens: { input: 12 } });
    expect(seen({ prompt_tokens: 4, completion_tokens: 0, total_tokens: 4, prompt_tokens_details: null })).toEqual({
      tokens: { input: 4 },
    });
    expect(seen({ prompt_tokens: 3, cost: { total_cost: 1.2e-8 } })).toEqual({
      tokens: { input: 3 },
      reportedCost: 12n,
    });
  });

  test('of nothing is none', () => {
    expect([null, {}, { prompt_tokens: 0, total_tokens: 0 }].map(seen)).toEqual([undefined, undefined, undefined]);
  });

  test('beyond belief is not believed', () => {
    const odd = [7, { prompt_tokens: -1 }, { prompt_tokens: 1.5 }, { prompt_tokens: '8' }, { prompt_tokens: 1e15 }];
    expect(odd.map(seen)).toEqual(odd.map(() => 'invalid'));
  });

  test('is all that is produced', () => {
    const { producedBytes, producedFrames, terminal } = peek.whole(wire({ data: [{ embedding: [1] }] }));
    expect({ producedBytes, producedFrames, terminal }).toEqual({
      producedBytes: 0,
      producedFrames: 0,
      terminal: true,
    });
  });
});
