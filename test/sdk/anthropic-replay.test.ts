import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Anthropic0 from 'anthropic-0';
import Anthropic1 from 'anthropic-1';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { doubled } from '../conformance/doubled.ts';
import { type Recording, recorded } from '../recordings.ts';
import { type Started, startTrestle } from '../started.ts';
import { caseHeader, type ReplayUpstream, replayUpstream } from '../upstream/replay.ts';
import { type AnthropicSdk, anthropicClient, assembled, hearMessage, type MessageHeard } from './anthropic-hearing.ts';

/**
 * Anthropic's SDK, unmodified, at a started Trestle whose upstream answers as Anthropic, Vertex and Ollama once did. What it gives
 * must be what it gives without Trestle; what the vendor gets must be what the caller sent.
 */
const cases = recorded('anthropic').filter(({ endpoint, id }) => endpoint === 'messages' && !doubled.has(id));
// The two majors differ in types that no two compilers agree on, not in what is used here.
const majors = [
  { name: 'anthropic 0', Anthropic: Anthropic0 as unknown as AnthropicSdk, version: '2023-06-01' },
  { name: 'anthropic 1', Anthropic: Anthropic1, version: '2026-10-21' },
] as const;

const slow = { timeout: 60_000 };

interface Played {
  readonly one: Recording;
  readonly direct: MessageHeard;
  readonly through: MessageHeard;
}

describe.skipIf(cases.length === 0)('recorded anthropic traffic', () => {
  let upstream: ReplayUpstream;
  let trestle: Started;
  beforeAll(async () => {
    upstream = await replayUpstream(cases);
    const replay = { type: 'anthropic', base_url: upstream.url, api_key: 'vendor-one' };
    trestle = await startTrestle({ config: JSON.stringify({ retry: { attempts: 1 }, providers: { replay } }) });
  });
  afterAll(async () => {
    await trestle.stop();
    await upstream.close();
  });

  describe.each(majors)('through $name', ({ name, Anthropic, version }) => {
    let played: readonly Played[];
    beforeAll(async () => {
      played = await inTurns(async (one) => ({
        one,
        direct: await hearMessage(atUpstream(), bodyOf(one, one.id), { ...betasOf(one), [caseHeader]: one.id }),
        through: await hearMessage(atTrestle(), bodyOf(one, `replay/${one.id}`), betasOf(one)),
      }));
    }, slow);
    const atUpstream = (): InstanceType<AnthropicSdk> => anthropicClient(Anthropic, upstream.url, 'nobody');
    const atTrestle = (): InstanceType<AnthropicSdk> => anthropicClient(Anthropic, trestle.url, trestle.clientKey);

    test('whole answers, streams and refusals are what they are without Trestle', () => {
      for (const { one, direct, through } of played) {
        const { requestId: _, ...heard } = through;
        expect<object>({ id: one.id, ...heard }).toEqual({ id: one.id, ...expectedOf(one, direct) });
      }
      const streams = played.filter(({ one }) => one.framing === 'sse').length;
      console.log(`  ${name}: ${played.length} recorded exchanges, ${streams} of them streams`);
      expect(played.length).toBeGreaterThan(300);
    });

    test('the vendor gets each request as it was, but for the model and the credential', () => {
      const arrived = Map.groupBy(
        upstream.seen.filter(({ headers }) => headers[caseHeader] === undefined),
        ({ caseId }) => caseId,
      );
      for (const { one } of played) {
        const sent = arrived.get(one.id)?.find(({ headers }) => headers['anthropic-version'] === version);
        expect({ id: one.id, body: sent?.json, beta: sent?.headers['anthropic-beta'] }).toEqual({
          id: one.id,
          body: bodyOf(one, one.id),
          beta: one.requestHeaders?.['anthropic-beta'],
        });
        expect(JSON.stringify(sent?.headers)).not.toContain(trestle.clientKey);
      }
    });

    test(
      'the stream helper assembles the same message',
      async () => {
        const streams = cases.filter(({ framing, status }) => framing === 'sse' && status === 200);
        const both = await inTurns(async (one) => {
          if (!streams.includes(one)) return undefined;
          const direct = await assembled(atUpstream(), bodyOf(one, one.id), { [caseHeader]: one.id });
          return { one, direct, through: await assembled(atTrestle(), bodyOf(one, `replay/${one.id}`)) };
        });
        const compared = both.filter((one) => one !== undefined);
        for (const { one, direct, through } of compared) {
          const { problem } = direct;
          const expected =
            problem === undefined ? direct : { ...direct, problem: expect.objectContaining({ name: problem.name }) };
          expect({ id: one.id, ...through }).toEqual({ id: one.id, ...expected });
        }
        expect(compared.length).toBeGreaterThan(80);
      },
      slow,
    );
  });

  async function inTurns<T>(act: (one: Recording) => Promise<T>): Promise<readonly T[]> {
    const results: T[] = [];
    const queue = cases.entries();
    const work = async (): Promise<void> => {
      for (const [at, one] of queue) results[at] = await act(one);
    };
    await Promise.all(Array.from({ length: 16 }, work));
    return results;
  }
});

/** A recorded request with this model; where none was recorded, a plain question. */
function bodyOf({ requestBody, framing }: Recording, model: string): JsonObject {
  const stream = framing === 'sse';
  if (isJsonObject(requestBody)) return { ...requestBody, model, ...(stream && { stream }) };
  return { model, max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }], ...(stream && { stream }) };
}

function betasOf({ requestHeaders }: Recording): Readonly<Record<string, string>> {
  const beta = requestHeaders?.['anthropic-beta'];
  return beta === undefined ? {} : { 'anthropic-beta': beta };
}

/** Our credential at the vendor is no business of the caller's; everything else is the vendor's word. */
function expectedOf({ status }: Recording, { requestId: _, ...direct }: MessageHeard): object {
  if (direct.problem === undefined) return direct;
  if (status === 401)
    return { events: [], problem: expect.objectContaining({ name: 'InternalServerError', status: 502 }) };
  const { name, type } = direct.problem;
  return { ...direct, problem: expect.objectContaining({ name, status: direct.problem.status, type }) };
}
