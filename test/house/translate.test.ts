import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { isJsonObject, type Json } from '../../src/core/json.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { frameReader } from '../../src/dialects/sse.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { handmade, type Recording, recorded } from '../recordings.ts';
import { askedOf, type FakeUpstream } from './fake-upstream.ts';
import { type TestHouse, testHouse } from './house.ts';
import { replayed } from './replayed.ts';

/**
 * The same codec under another name is another dialect to the house: it decodes and spells anew, the request on its way in
 * and the answer on its way out. What comes of that must mean what pass-through gives byte for byte.
 */
const elsewhere: Provider = {
  name: 'elsewhere',
  auth: { environment: [], optional: true, headers: () => ({}) },
  operations: {
    chat: [
      {
        dialect: { ...openaiChat, name: 'openai-chat-elsewhere' as 'openai-chat' },
        path: '/chat/completions',
        traits: [{ match: '*', cacheBreakpoints: true }],
      },
    ],
  },
};
const config = `
retry: { attempts: 1 }
providers:
  unchanged: { type: openai-compatible, base_url: "http://unchanged.invalid/v1" }
  elsewhere: { base_url: "http://elsewhere.invalid/v1" }
`;

const suites = [
  { name: 'recorded', cases: chats(recorded('openai-chat')) },
  { name: 'hand-made', cases: chats(handmade('openai-chat')) },
];

/** Those whose request is a chat; recorded answers without their question are none. */
function chats(cases: readonly Recording[]): readonly Recording[] {
  return cases.filter(
    ({ requestBody: body, framing }) => isJsonObject(body) && Array.isArray(body['messages']) && framing !== 'ndjson',
  );
}

interface Told {
  readonly status: number;
  readonly lost: string | null;
  /** The JSON of a whole answer, or of each frame of a stream. */
  readonly said: Json;
  readonly text: string;
}

for (const { name, cases } of suites) {
  describe.skipIf(cases.length === 0)(`${name} traffic`, () => {
    let house: TestHouse;
    let upstream: FakeUpstream;
    /** With a frame that nobody can read. */
    const torn = new Set<string>();
    beforeAll(async () => {
      upstream = replayed(cases);
      house = await testHouse({ http: upstream, kinds: [elsewhere], config });
    });
    afterAll(async () => {
      await house.close();
    });

    const ask = async (
      one: Recording,
      provider: string,
      changes: { readonly [member: string]: Json } = {},
    ): Promise<Told> => {
      const body = isJsonObject(one.requestBody) ? one.requestBody : {};
      const response = await house.ask({ ...body, ...changes, model: `${provider}/${one.id}` });
      const text = await response.text();
      const streamed = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
      const anonymous = text.replaceAll(`"message":"${provider} `, '"message":"it ');
      const said = streamed ? framesIn(anonymous) : parsed(anonymous);
      return { status: response.status, lost: response.headers.get('x-trestle-lost'), said, text };
    };

    test('is answered alike, passed through or translated', async () => {
      for (const one of cases) {
        const passed = await ask(one, 'unchanged');
        const translated = await ask(one, 'elsewhere');
        const lost = isSealed(one.requestBody) ? 'other-model' : null;
        expect({ id: one.id, ...readable(translated) }).toEqual({ id: one.id, ...readable(passed), lost });
        if (Array.isArray(passed.said) && passed.said.some((frame: Json) => isTorn(frame))) torn.add(one.id);
        // Seals in an answer are wrapped, which is another test's.
        if (isSealed(passed.text)) continue;
        expect({ id: one.id, said: comparable(translated) }).toEqual({ id: one.id, said: comparable(passed) });
      }
      console.log(
        `  ${name} answers translated and compared: ${cases.length} cases, ${cases.filter(({ stream }) => stream).length} of them streams`,
      );
      expect(cases.length).toBeGreaterThanOrEqual(60);
    });

    test('is asked alike', async () => {
      const sent = Map.groupBy(upstream.sent.map(askedOf), ({ model }) => String(model));
      expect(sent.size).toBe(cases.length);
      for (const one of cases.filter(({ requestBody }) => !isSealed(requestBody))) {
        const [passed, translated] = sent.get(one.id) ?? [];
        expect({ id: one.id, asked: translated }).toEqual({ id: one.id, asked: passed });
      }
    });

    test('is streamed without a usage frame unless one was asked for, in both ways', async () => {
      const streams = cases.filter(({ stream, status }) => stream && status === 200);
      let hidden = 0;
      for (const one of streams) {
        for (const provider of ['unchanged', 'elsewhere']) {
          const unasked = await ask(one, provider, { stream_options: null });
          expect({ id: one.id, provider, usage: usageFrames(unasked) }).toEqual({ id: one.id, provider, usage: 0 });
          const asked = await ask(one, provider, { stream_options: { include_usage: true } });
          hidden += usageFrames(asked);
        }
      }
      console.log(`  ${name} streams with usage hidden: ${streams.length} cases, ${hidden} frames`);
      expect(hidden).toBeGreaterThan(0);
    }, 20_000);

    test('leaves the same books, passed through or translated', async () => {
      const records = await house.records();
      const told = Map.groupBy(records, ({ requestedModel }) => requestedModel.replace(/^\w+\//, ''));
      for (const [id, calls] of told) {
        const usage = (provider: string): readonly unknown[] =>
          calls
            .filter((each) => each.provider === provider)
            .map(({ usage, basis, status, outcome, flags }) => ({ usage, basis, status, outcome, flags }));
        if (torn.has(id)) continue;
        expect({ id, books: usage('elsewhere') }).toEqual({ id, books: usage('unchanged') });
      }
      expect(told.size).toBe(cases.length);
      expect(torn.size).toBeLessThan(5);
    });
  });
}

/** Whether it holds what only the model that made it may see again: elsewhere it is lost, and said so. */
function isSealed(said: Json | undefined): boolean {
  return /\\?"(signature|thought_signature|reasoning_details)\\?":/.test(JSON.stringify(said));
}

/** All but the words; of losses their reason, if they have one in common. */
function readable({ status, lost }: Told): Pick<Told, 'status' | 'lost'> {
  const reasons = new Set(lost?.matchAll(/why="([^"]+)"/g).map(([, why]) => why));
  return { status, lost: lost === null ? null : [...reasons].join(' ') };
}

/**
 * What was said, as far as both ways must agree. A frame that nobody can read is passed through, and ends a translated stream.
 * Usage in a frame with an answer is passed through, and left out of a translated one unless it was asked for.
 */
function comparable({ said }: Told): Json {
  if (!Array.isArray(said)) return said;
  const torn = said.findIndex((frame: Json) => isTorn(frame));
  return (torn < 0 ? said : said.slice(0, torn)).flatMap((frame: Json) => {
    if (!isJsonObject(frame) || JSON.stringify(frame['choices']) === '[]') return [frame];
    const { usage: _, x_groq: groq, ...rest } = frame;
    const other = isJsonObject(groq) ? Object.fromEntries(Object.entries(groq).filter(([at]) => at !== 'usage')) : {};
    const left = { ...rest, ...(Object.keys(other).length > 0 && { x_groq: other }) };
    return Object.keys(left).length === 0 ? [] : [left];
  });
}

function isTorn(frame: Json): boolean {
  if (typeof frame === 'string') return frame !== '[DONE]';
  return JSON.stringify(frame).includes('a frame of its stream is no JSON object');
}

/** What stands in each frame; comments are nothing that a caller hears. */
function framesIn(text: string): Json {
  return frameReader()
    .push(new TextEncoder().encode(text))
    .flatMap(({ data }) => (data === undefined ? [] : [parsed(data)]));
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Frames that tell nothing but usage. */
function usageFrames({ said }: Told): number {
  if (!Array.isArray(said)) return 0;
  return said.filter((frame: Json) => {
    if (!isJsonObject(frame) || !isJsonObject(frame['usage'])) return false;
    const names = Object.keys(frame).filter((name) => frame[name] !== null);
    return Array.isArray(frame['choices']) && frame['choices'].length === 0 && names.every((name) => plain.has(name));
  }).length;
}

const plain = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'service_tier', 'system_fingerprint']);
