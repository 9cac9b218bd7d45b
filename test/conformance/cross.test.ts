import { beforeAll, describe, expect, test } from 'bun:test';
import type { JsonObject } from '../../src/core/json.ts';
import { type Recording, recordings } from '../recordings.ts';
import { recordedHeaders, recordedPieces } from '../upstream/recorded-answer.ts';
import { openCrossing } from './crossing.ts';
import { exactJson, objectOf } from './facts/exact-json.ts';
import type { Fact, FactKind } from './facts/fact.ts';
import { anthropicToOpenai } from './losses/anthropic-messages-to-openai-chat.ts';
import type { LossTable } from './losses/loss-line.ts';
import { openaiToAnthropic } from './losses/openai-chat-to-anthropic-messages.ts';
import { exchanges, isAnswered, isAsked } from './recorded-crossings.ts';
import { type Tally, tallyOf, type Weighed } from './tally.ts';
import { framesIn, type Wire, wires } from './wires.ts';

/**
 * Every recorded exchange of a dialect, led through the house to a vendor who speaks the other one. What was said is read off
 * both wires by hand and compared: what does not arrive must have been told, and must be on the table of what cannot arrive.
 */
interface Way {
  readonly from: Wire;
  readonly to: Wire;
  /** The vendors who are asked, and the one whose answers are played. */
  readonly models: readonly string[];
  readonly provider: string;
  /** What the target needs said although nobody did. */
  readonly free: readonly FactKind[];
  readonly requests: readonly Recording[];
  /** Of the vendors who speak `to`. */
  readonly answers: readonly Recording[];
  readonly table: LossTable;
  readonly back: LossTable;
}

const { 'openai-chat': openai, 'anthropic-messages': anthropic } = exchanges;

const ways: readonly Way[] = [
  {
    from: wires['openai-chat'],
    to: wires['anthropic-messages'],
    provider: 'claude',
    models: ['some-model', 'claude-haiku-4-5', 'claude-opus-4-7', 'claude-3-5-haiku-latest'].map(
      (one) => `claude/${one}`,
    ),
    free: ['limit'],
    requests: openai,
    answers: anthropic,
    table: openaiToAnthropic,
    back: anthropicToOpenai,
  },
  {
    from: wires['anthropic-messages'],
    to: wires['openai-chat'],
    provider: 'gpt',
    models: ['gpt/some-model', 'openai/gpt-4.1', 'openai/gpt-5', 'groq/some-model'],
    // A file has a name there.
    free: ['file-name'],
    requests: anthropic,
    answers: openai,
    table: anthropicToOpenai,
    back: openaiToAnthropic,
  },
];

/** Who never reasons need not be told not to. */
const neverReason = new Set(['claude/claude-3-5-haiku-latest', 'openai/gpt-4.1', 'groq/some-model']);

const slow = { timeout: 120_000 };

describe.each(ways.map((way) => ({ ...way, name: `${way.from.name} to ${way.to.name}` })))('$name', (way) => {
  const { from, to, models, provider, free, requests, answers, table, back, name } = way;
  const say = (what: string): void => console.log(`  ${name}: ${what}`);

  describe.skipIf(requests.length === 0)('requests', () => {
    const tally = tallyOf(table);
    const refused: string[] = [];
    let crossed = 0;
    beforeAll(async () => {
      const crossing = await openCrossing();
      for (const model of models) {
        for (const { id, requestBody, requestHeaders } of requests.filter(isAsked)) {
          const body = { ...objectOf(requestBody), model };
          const { status, text, sent, lost, emulations } = await crossing.cross(from, body, betasOf(requestHeaders));
          const name = `${id} to ${model}`;
          if (sent === undefined) {
            refused.push(`${name}: ${status} ${text.slice(0, 200)}`);
            continue;
          }
          crossed += 1;
          const source = from.requestFacts(objectOf(exactJson(JSON.stringify(body))));
          const said = neverReason.has(model) ? source.filter(({ value }) => value !== 'off') : source;
          tally.add({ id: name, source: said, target: to.requestFacts(sent.body), lost, emulations, free });
        }
      }
      await crossing.house.close();
    }, slow);

    test('each is translated, or refused in words that name the field', () => {
      say(`${crossed} requests translated for ${models.join(', ')}; ${refused.length} refused`);
      const strange = refused.filter((one) => !/^handmade-.*: 400 .*"message":"/.test(one));
      expect(strange).toEqual([]);
    });
    expectGood(tally, 'requests', say);
  });

  describe.skipIf(answers.length === 0)('answers', () => {
    const tally = tallyOf(back);
    const faults: string[] = [];
    let [whole, streams] = [0, 0];
    beforeAll(async () => {
      const byId = new Map(answers.map((one) => [one.id, one]));
      const crossing = await openCrossing((request) => {
        const one = byId.get(String(JSON.parse(new TextDecoder().decode(request.body)).model));
        if (one === undefined) throw new Error('no such case');
        return { status: one.status, headers: recordedHeaders(one), pieces: recordedPieces(one) };
      });
      for (const one of answers.filter(isAnswered)) {
        const streamed = one.framing === 'sse';
        const question = from.question(`${provider}/${one.id}`, streamed);
        const { status, text, lost, emulations } = await crossing.cross(from, question);
        if (status !== 200) {
          faults.push(`${one.id}: ${status} ${text.slice(0, 200)}`);
          continue;
        }
        if (streamed) streams += 1;
        else whole += 1;
        const source = streamed
          ? to.join(one.responseChunks ?? [])
          : { answer: objectOf(one.responseBody), faults: [] };
        const target = streamed ? from.join(framesIn(text)) : { answer: objectOf(exactJson(text)), faults: [] };
        faults.push(...target.faults.map((fault) => `${one.id}: ${fault}`));
        tally.add({
          id: one.id,
          ...withoutSeals(text, to.answerFacts(source.answer), from.answerFacts(target.answer)),
          lost,
          emulations,
          // An answer that does not say why it ended still ends.
          free: endsUnsaid(source.answer, to) ? ['finish'] : [],
        });
      }
      await crossing.house.close();
    }, slow);

    test('each comes, and streams keep the order that the caller’s vendor documents', () => {
      say(`${whole} whole answers and ${streams} streams translated back`);
      expect(faults).toEqual([]);
    });
    expectGood(tally, 'answers', say);
  });
});

/** What is made by hand is odd on purpose, so that more of it cannot be said. */
const share = recordings() === undefined ? 0.97 : 0.99;

function expectGood(tally: Tally, part: 'requests' | 'answers', say: (what: string) => void): void {
  test('at least 99 % of what was said arrives, as far as it was recorded', () => {
    const { arrived, of, text } = tally.share();
    say(text);
    expect(arrived).toBeGreaterThanOrEqual(share * of);
    expect(of).toBeGreaterThan(0);
  });

  test('what does not arrive was told, and is on the table', () => {
    expect(tally.unexcused).toEqual([]);
  });

  test('nothing is told to be lost that is not on the table', () => {
    expect(tally.unlisted()).toEqual([]);
  });

  test('nothing is said that nobody said', () => {
    expect(tally.invented).toEqual([]);
  });

  test('lines that nothing recorded is on are known', () => {
    const unused = tally.unused(part).map(({ path, why }) => `${path} (${why})`);
    if (unused.length > 0) say(`lines of the table that no recording is on: ${unused.join(', ')}`);
  });
}

/** Seals travel in ids or signatures of ours: one that is found in there has arrived. */
function withoutSeals(text: string, source: readonly Fact[], target: readonly Fact[]): SourceAndTarget {
  const carried = [...text.matchAll(/~tr1~([\w-]+)/g)].map(([, seal = '']) =>
    Buffer.from(seal, 'base64url').toString(),
  );
  return {
    source: source.filter(({ kind, value }) => kind !== 'seal' || !carried.some((one) => one.includes(value))),
    target: target.filter(({ kind, value }) => kind !== 'seal' || !value.startsWith('~tr1~')),
  };
}

type SourceAndTarget = Pick<Weighed, 'source' | 'target'>;

function endsUnsaid(answer: JsonObject, { answerFacts }: Wire): boolean {
  return !answerFacts(answer).some(({ kind }) => kind === 'finish');
}

function betasOf(headers: Recording['requestHeaders']): Readonly<Record<string, string>> {
  const beta = headers?.['anthropic-beta'];
  return beta === undefined ? {} : { 'anthropic-beta': beta };
}
