import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { EmbedInput, EmbedRequest, EmbedResponse, Vector } from '../../src/core/embed.ts';
import { Failure } from '../../src/core/failure.ts';
import { isJsonObject, type Json } from '../../src/core/json.ts';
import type { Loss } from '../../src/core/loss.ts';
import type { WireBody } from '../../src/core/payload.ts';
import { vectorBase64, vectorNumbers } from '../../src/core/vector.ts';
import { asAsked } from '../../src/dialects/openai-embeddings/as-asked.ts';
import { openaiEmbeddings } from '../../src/dialects/openai-embeddings/index.ts';
import { handmade, indexed, type Recording, recorded, recordingsDemanded } from '../recordings.ts';

const dialect = 'openai-embeddings';
const { request, response, failure, peek } = openaiEmbeddings;
const suites = [
  { name: 'recorded', cases: recorded(dialect, 'embeddings'), listed: indexed(dialect, 'embeddings') },
  { name: 'hand-made', cases: handmade(dialect), listed: [] },
];

for (const { name, cases, listed } of suites) {
  const run = test.skipIf(cases.length === 0);
  const asked = cases.filter((one) => isJsonObject(one.requestBody));
  const answers = cases.filter((one) => one.status < 300);

  describe(`${name} embeddings traffic`, () => {
    run('requests come back as they were, and so do their values; each passes the door', () => {
      for (const one of asked) {
        same(one, request, one.requestBody);
        expect({ id: one.id, model: request.envelope(body(one.requestBody)).model }).toEqual({
          id: one.id,
          model: modelIn(one),
        });
      }
      say(`${name} requests`, asked.length);
      expect(asked.length).toBeGreaterThan(0);
    });

    run('answers come back as they were, and so do their values', () => {
      for (const one of answers) same(one, response, one.responseBody);
      say(`${name} answers`, answers.length);
      expect(answers.length).toBeGreaterThan(0);
      if (recordingsDemanded) expect(cases.length).toBeGreaterThanOrEqual(listed.length);
    });

    run('what an answer consumed is seen without decoding it, and is what it says itself', () => {
      for (const one of answers) {
        const { usage } = isJsonObject(one.responseBody) ? one.responseBody : {};
        const said = isJsonObject(usage) ? (usage['prompt_tokens'] ?? usage['total_tokens']) : undefined;
        const seen = peek.whole(body(one.responseBody)).usage?.tokens;
        expect({ id: one.id, seen }).toEqual({ id: one.id, seen: said ? { input: Number(said) } : undefined });
        expect(response.decode(body(one.responseBody)).usage?.counted?.tokens).toEqual(seen);
      }
    });

    run('an answer in the encoding that was asked for is not touched; in the other it is the same vectors', () => {
      let turned = 0;
      for (const one of answers) {
        const answer = body(one.responseBody);
        const { embeddings } = response.decode(answer);
        const own = typeof embeddings[0]?.vector === 'string' ? 'base64' : 'float';
        expect(asAsked(answer, asking(own))).toBe(answer);
        if (!embeddings.every(({ vector }) => numbersOf(vector) !== undefined)) {
          expect({ id: one.id, vendor: one.provider }).toEqual({ id: one.id, vendor: 'perplexity' });
          expect(asAsked(answer, asking())).toBe(answer);
          expect(() => asAsked(answer, asking('float'))).toThrow(Failure);
          continue;
        }
        const other = own === 'float' ? 'base64' : 'float';
        const there = asAsked(answer, asking(other));
        const back = asAsked(there, asking(own));
        for (const turnedAnswer of [there, back]) {
          const found = response.decode(turnedAnswer);
          expect(found.embeddings.map(({ vector }) => numbersOf(vector))).toEqual(
            embeddings.map(({ vector }) => numbersOf(vector)),
          );
          expect({ ...found, embeddings: [] }).toEqual({ ...response.decode(answer), embeddings: [] });
        }
        expect(typeof response.decode(there).embeddings[0]?.vector === 'string').toBe(other === 'base64');
        turned += 1;
      }
      say(`${name} answers turned`, turned);
      expect(turned).toBeGreaterThan(0);
    });

    run('errors keep their words', () => {
      for (const one of cases.filter(({ status }) => status >= 400)) {
        const { status } = one;
        const problem = failure.decode({ status, headers: new Headers(), bytes: body(one.responseBody).bytes });
        const isRefused = problem.kind === 'provider-refused';
        expect({ id: one.id, isRefused }).toEqual({ id: one.id, isRefused: status === 400 || status === 404 });
        if (isRefused)
          expect(failure.encode(problem, 'req_1')).toMatchObject({ status, body: one.responseBody as never });
      }
    });
  });
}

describe('values made up', () => {
  const word = fc.string({ minLength: 1 });
  const tokens = fc.array(fc.nat(), { minLength: 1, maxLength: 5 });
  const input: fc.Arbitrary<EmbedInput> = fc.oneof(word, tokens);
  const questions: fc.Arbitrary<EmbedRequest> = fc.record(
    {
      model: word,
      inputs: fc.oneof(
        fc.array(word, { minLength: 1 }),
        fc.array(tokens, { minLength: 1 }),
        fc.array(input, { minLength: 1 }),
      ),
      encoding: fc.constantFrom('float', 'base64'),
      dimensions: fc.integer({ min: 1, max: 4096 }),
      endUser: word,
    },
    { requiredKeys: ['model', 'inputs'] },
  );
  const floats = fc
    .array(fc.float({ noNaN: true, min: -1, max: 1 }), { minLength: 1 })
    .map((all) => all.map((one) => one + 0));
  const texts = floats.map((numbers) => vectorBase64(numbers) ?? '');
  // A provider gives all vectors of an answer in one encoding.
  const vectors: fc.Arbitrary<readonly Vector[]> = fc.oneof(fc.array(floats), fc.array(texts));
  const answers: fc.Arbitrary<EmbedResponse> = fc.record({
    model: word,
    embeddings: vectors.map((all) => all.map((vector, index) => ({ index, vector }))),
  });

  test('are the same after they were written and read', () => {
    fc.assert(fc.property(questions, (value) => expect(request.decode(request.encode(value, nothing))).toEqual(value)));
    fc.assert(fc.property(answers, (value) => expect(response.decode(response.encode(value, nothing))).toEqual(value)));
  });

  test('are what was asked for, whichever encoding they came in', () => {
    fc.assert(
      fc.property(answers, fc.constantFrom('float', 'base64'), (value, encoding) => {
        const { embeddings } = response.decode(asAsked(response.encode(value, nothing), asking(encoding)));
        expect(embeddings.every(({ vector: one }) => (typeof one === 'string') === (encoding === 'base64'))).toBeTrue();
        expect(embeddings.map(({ vector: one }) => numbersOf(one))).toEqual(
          value.embeddings.map(({ vector: one }) => numbersOf(one)),
        );
      }),
    );
  });
});

function same<T>(one: Recording, codec: Codec<T>, wire: Json | undefined): void {
  const value = codec.decode(body(wire));
  const written = codec.encode(value, nothing);
  expect({ id: one.id, wire: parsed(written) }).toEqual({ id: one.id, wire: wire as never });
  expect({ id: one.id, value: codec.decode(written) as unknown }).toEqual({ id: one.id, value });
}

interface Codec<T> {
  decode(wire: WireBody): T;
  encode(value: T, lost: (loss: Loss) => void): WireBody;
}

function asking(encoding?: string): WireBody {
  return body({ model: 'm', input: 'a', ...(encoding !== undefined && { encoding_format: encoding }) });
}

/** As 32 bits hold them, and without a sign of nothing. */
function numbersOf(vector: Vector): readonly number[] | undefined {
  const numbers = typeof vector === 'string' ? vectorNumbers(vector) : vector;
  return numbers?.map((one) => Math.fround(one) + 0);
}

function modelIn({ requestBody }: Recording): string {
  return isJsonObject(requestBody) && typeof requestBody['model'] === 'string' ? requestBody['model'] : '';
}

function body(value: Json | undefined): WireBody {
  return { kind: 'json', bytes: new TextEncoder().encode(JSON.stringify(value ?? null)) };
}

function parsed({ bytes }: WireBody): Json {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function nothing(loss: Loss): never {
  throw new Error(`${loss.path} was lost: ${loss.why}`);
}

function say(what: string, count: number): void {
  console.log(`  ${what}: ${count} cases`);
}
