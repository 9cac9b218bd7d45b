import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import OpenAI6 from 'openai-6';
import OpenAI7 from 'openai-7';
import { isJsonObject } from '../../src/core/json.ts';
import { handmade, recorded } from '../recordings.ts';
import { administer } from '../started.ts';
import { caseHeader } from '../upstream/replay.ts';
import { type Client, hear, type Outcome, outcomeOf, type Sdk, sdkClient } from './hearing.ts';
import { oddCases } from './odd-cases.ts';
import { recordedUsage } from './recorded-usage.ts';
import { expectedBytes } from './replay-answers.ts';
import { asksForUsage, type Ending, isUsageChunk, type ReplayCall, replayCalls } from './replay-calls.ts';
import { expectedOf, heardOf } from './replay-endings.ts';
import { openReplayHouse, type ReplayHouse } from './replay-house.ts';
import { askedOfTrestle, inTurns, named, type Pass, type Played, playPass } from './replay-pass.ts';
import { bookedIn, costOf, expectedBooking, totalOf } from './replay-records.ts';
import { expectedRequest, expectedText, forwardedRequest, refusedAt, spelledRequest } from './replay-requests.ts';

/**
 * The main job on real input: the official OpenAI SDK, unmodified, at a started Trestle whose upstream answers as vendors
 * once did. What it gives must be what it gives without Trestle; what the vendor gets must be what the caller sent.
 */
const suites = [
  ['recorded', recorded('openai-chat')],
  ['hand-made', [...handmade('openai-chat'), ...oddCases]],
] as const;

// The two majors differ in types that no two compilers agree on, not in what is used here.
const older = OpenAI6 as unknown as Sdk;
const majors = [
  ['openai 6', older],
  ['openai 7', OpenAI7],
] as const;

const slow = { timeout: 60_000 };

for (const [suite, recordings] of suites) {
  const { calls, leftOut } = replayCalls(recordings);
  const chats = calls.filter(({ ending }) => ending === 'as-is');
  const say = (what: string): void => console.log(`  ${suite}: ${what}`);

  describe.skipIf(calls.length === 0)(`${suite} openai-chat traffic`, () => {
    let house: ReplayHouse;
    const passes: Pass[] = [];
    beforeAll(async () => {
      house = await openReplayHouse(recordings);
      say(`${calls.length} cases at each SDK: ${countsOf(calls)}`);
      for (const [why, ids] of Map.groupBy(leftOut, ({ why }) => why))
        say(`left out, ${why}: ${ids.map(({ id }) => id).join(', ')}`);
      say(`ended with an error for want of [DONE]: ${idsOf(calls, 'no-end-mark')}`);
      say(`refused for a content type that is no stream's: ${idsOf(calls, 'mistyped')}`);
    }, slow);
    afterAll(() => house.close());

    describe.each(majors)('through %s', (_, OpenAI) => {
      let pass: Pass;
      beforeAll(async () => {
        pass = await playPass(house, OpenAI, calls);
        passes.push(pass);
      }, slow);
      const ended = (...endings: readonly Ending[]): readonly Played[] =>
        pass.played.filter(({ call }) => endings.includes(call.ending));
      const atUpstream = (): Client => sdkClient(OpenAI, `${house.upstream.url}/v1`, 'nobody');
      const atTrestle = (): Client => sdkClient(OpenAI, `${house.trestle.url}/v1`, house.trestle.clientKey);

      test('whole answers and streams are what they are without Trestle', () => {
        expectHeard(ended('as-is'));
        const unasked = ended('as-is').filter(
          ({ call, direct }) => !asksForUsage(call) && direct.chunks.some(isUsageChunk),
        );
        say(
          `${unasked.length} streams with a usage chunk that nobody asked for: ${unasked.map(({ call }) => call.id).join(', ')}`,
        );
      });

      test('a stream that its vendor ends without an end mark is all there, and then says that it may be incomplete', () => {
        expectHeard(ended('no-end-mark'));
      });

      test('what breaks off is raised as an error, in the vendor’s words, after all that came before', () => {
        expectHeard(ended('stream-error', 'mistyped'));
      });

      test('a refusal of the request is raised as the same error with the same words', () => {
        expectHeard(ended('refused'));
      });

      test('trouble between Trestle and its vendor is not taken for the caller’s, and gives nothing away', () => {
        expectHeard(ended('credential', 'quota', 'failed'));
      });

      test('what is no chat is refused by the field at fault, and goes nowhere', () => {
        expectHeard(ended('invalid'));
        expect(ended('invalid').flatMap(({ forwarded }) => forwarded)).toEqual([]);
      });

      test('the vendor gets each recorded request once, as it was but for the permitted splices', () => {
        expect(pass.strangers).toEqual([]);
        for (const { call, forwarded } of pass.played) {
          const expected = call.ending === 'invalid' ? [] : [expectedRequest(call)];
          expect({ id: call.id, requests: forwarded.map(forwardedRequest) }).toEqual({
            id: call.id,
            requests: expected,
          });
        }
      });

      test(
        'usage that only Trestle asked for is not shown',
        async () => {
          const asking = chats.filter((call) => call.stream && asksForUsage(call));
          const heard = await inTurns(asking, (call) => {
            const unasked = named(call, { stream_options: undefined });
            return hear(atTrestle(), askedOfTrestle(unasked));
          });
          let hidden = 0;
          for (const [at, call] of asking.entries()) {
            const all = pass.played.find((one) => one.call === call)?.direct.chunks ?? [];
            const shown = all.filter((chunk) => !isUsageChunk(chunk));
            hidden += all.length - shown.length;
            expect({ id: call.id, chunks: heard[at]?.chunks }).toEqual({ id: call.id, chunks: shown });
          }
          say(`${asking.length} streams asked for without usage, ${hidden} usage chunks hidden`);
          expect(hidden).toBeGreaterThan(0);
        },
        slow,
      );

      test(
        'the stream helper assembles the same answer, its tool calls and all',
        async () => {
          const streams = chats
            .filter((call) => call.stream)
            .map((call) => named(call, { stream_options: { include_usage: true } }));
          const assembled = await inTurns(streams, async (call) => ({
            id: call.id,
            direct: await outcomeOf(() => streamed(atUpstream(), call.body, { [caseHeader]: call.id })),
            through: await outcomeOf(() => streamed(atTrestle(), askedOfTrestle(call), {})),
          }));
          for (const { id, direct, through } of assembled) expect({ id, through }).toEqual({ id, through: direct });
          const calling = assembled.filter(({ through }) => hasToolCalls(through));
          const whole = assembled.filter(({ through }) => 'value' in through);
          say(
            `${assembled.length} streams assembled, ${whole.length} into an answer, ${calling.length} of them with tool calls`,
          );
          expect(calling.length).toBeGreaterThan(0);
        },
        slow,
      );

      test('the parse helper gives the same values of structured output', async () => {
        const structured = chats.filter((call) => !call.stream && isStructured(call)).map((call) => named(call));
        const parsed = await inTurns(structured, async (call) => ({
          id: call.id,
          direct: await outcomeOf(() => parse(atUpstream(), call.body, { [caseHeader]: call.id })),
          through: await outcomeOf(() => parse(atTrestle(), askedOfTrestle(call), {})),
        }));
        for (const { id, direct, through } of parsed) expect({ id, through }).toEqual({ id, through: direct });
        const values = parsed.filter(({ through }) => hasParsed(through));
        say(`${parsed.length} structured answers parsed, ${values.length} into objects`);
        expect(values.length).toBeGreaterThan(0);
      });
    });

    test(
      'without an SDK too: the vendor gets the very bytes of the request but for the splices, the caller those of the answer',
      async () => {
        const spelled = calls.filter(
          ({ ending, provider, body }) =>
            (ending === 'as-is' || ending === 'no-end-mark') &&
            !Object.keys(body).some((name) => refusedAt(provider).has(name)),
        );
        const exact = spelled.map((call) => named(call));
        const before = house.forwarded().length;
        const answers = await inTurns(exact, async (call) => await posted(house, spelledRequest(call)));
        const arrived = new Map(
          house
            .forwarded()
            .slice(before)
            .map((one) => [one.caseId, textOf(one.body)]),
        );
        for (const [at, call] of exact.entries()) {
          expect({ id: call.id, body: arrived.get(call.id) }).toEqual({ id: call.id, body: expectedText(call) });
          const whole = textOf(expectedBytes(call));
          const got = answers[at] ?? '';
          if (call.ending === 'as-is') expect({ id: call.id, body: got }).toEqual({ id: call.id, body: whole });
          else
            expect({ id: call.id, body: got.slice(0, whole.length), after: got.slice(whole.length) }).toEqual({
              id: call.id,
              body: whole,
              after: expect.stringMatching(/^data: \{"error":.*\}\n\n$/),
            });
        }
        say(`${exact.length} exchanges compared byte for byte`);
      },
      slow,
    );

    test(
      'every call has its record, with the usage that its recording tells, and the totals are their sum',
      async () => {
        const played = passes.flatMap((pass) => pass.played);
        const ids = new Set(played.map(({ through }) => through.requestId ?? 'none'));
        expect(ids.size).toBe(played.length);
        const rows = await house.records(ids);
        const byId = new Map(rows.map((row) => [row.id, row]));
        for (const one of played) {
          const row = byId.get(one.through.requestId ?? '');
          if (row === undefined) throw new Error(`no record of ${one.call.id}`);
          expect({ id: one.call.id, ...bookedIn(row) }).toEqual({ id: one.call.id, ...expectedBooking(one, row) });
        }
        for (const row of rows.filter(({ usage }) => usage.basis !== 'none')) {
          expect({ id: row.id, nano: Math.round(Number(row.cost_usd) * 1e9), total: row.usage.tokens.total }).toEqual({
            id: row.id,
            nano: costOf(row),
            total: totalOf(row),
          });
        }
        const { data } = await administer<{ data: readonly { requests: number; tokens: { total: number } }[] }>(
          house.trestle,
          '/admin/v1/usage',
        );
        expect(data).toEqual([
          expect.objectContaining({
            requests: rows.length,
            tokens: expect.objectContaining({ total: rows.reduce((sum, row) => sum + totalOf(row), 0) }),
          }),
        ]);
        const odd = Map.groupBy(
          calls.map((call) => recordedUsage(call)?.odd),
          (oddity) => oddity,
        );
        odd.delete(undefined);
        say(
          `${rows.length} records; of the usage told: ${[...odd].map(([oddity, { length }]) => `${length} ${oddity}`).join(', ')}`,
        );
      },
      slow,
    );
  });
}

/** Compares what was heard with what must be heard. There must be something to compare. */
function expectHeard(played: readonly Played[]): void {
  for (const one of played) {
    const { id } = one.call;
    expect({ id, ...heardOf(one.through) }).toEqual({ id, ...expectedOf(one) });
  }
  expect(played.length).toBeGreaterThan(0);
}

async function streamed(client: Client, body: ReplayCall['body'], headers: Record<string, string>): Promise<unknown> {
  return await client.chat.completions.stream(body as never, { headers }).finalChatCompletion();
}

async function parse(client: Client, body: ReplayCall['body'], headers: Record<string, string>): Promise<unknown> {
  return await client.chat.completions.parse(body as never, { headers });
}

/** Something with a JSON schema whose tools, if it has any, are ones that the helper takes. */
function isStructured({ body: { response_format: format, tools } }: ReplayCall): boolean {
  if (!isJsonObject(format) || format['type'] !== 'json_schema') return false;
  return (
    !Array.isArray(tools) ||
    tools.every((tool) => isJsonObject(tool) && isJsonObject(tool['function']) && tool['function']['strict'] === true)
  );
}

function hasToolCalls(outcome: Outcome): boolean {
  return 'value' in outcome && /"tool_calls":\[\{/.test(JSON.stringify(outcome.value));
}

function hasParsed(outcome: Outcome): boolean {
  return 'value' in outcome && /"parsed":\{/.test(JSON.stringify(outcome.value));
}

async function posted({ trestle }: ReplayHouse, body: string): Promise<string> {
  const headers = { authorization: `Bearer ${trestle.clientKey}`, 'content-type': 'application/json' };
  const response = await fetch(`${trestle.url}/v1/chat/completions`, { method: 'POST', headers, body });
  return await response.text();
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function idsOf(calls: readonly ReplayCall[], ending: Ending): string {
  const found = calls.filter((call) => call.ending === ending);
  return `${found.length} (${found.map(({ id, recording }) => `${recording.provider} ${id}`).join(', ')})`;
}

function countsOf(calls: readonly ReplayCall[]): string {
  const groups = Map.groupBy(calls, ({ ending, stream }) =>
    ending === 'as-is' ? (stream ? 'streams' : 'whole') : ending,
  );
  return [...groups].map(([ending, { length }]) => `${length} ${ending}`).join(', ');
}
