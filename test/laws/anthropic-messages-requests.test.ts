import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { Loss } from '../../src/core/loss.ts';
import type { WireBody } from '../../src/core/payload.ts';
import { locate } from '../../src/dialects/anthropic-messages/locate.ts';
import { decode, encode } from '../../src/dialects/anthropic-messages/request-codec.ts';
import { handmade, type Recording, recorded, recordingsDemanded } from '../recordings.ts';
import { read, told, vendorRules } from './anthropic-facts.ts';
import { spots, valueAt } from './anthropic-spots.ts';
import { messagesRequests } from './anthropic-wires.ts';
import { chatRequests } from './chat-values.ts';

const suites = [
  { name: 'recorded', cases: asked(recorded('anthropic', 'messages')), least: recordingsDemanded ? 270 : 0 },
  { name: 'hand-made', cases: asked(handmade('anthropic-messages')), least: 80 },
];
const usual = { 'anthropic-version': '2023-06-01' };
const runs = { numRuns: 600 };

for (const { name, cases, least } of suites) {
  const run = test.skipIf(cases.length === 0);

  describe(`${name} anthropic-messages requests`, () => {
    run('come back as they were, and so do their values and headers', () => {
      for (const { id, wire } of cases) {
        const value = decode(wire);
        const back = encode(value, neverLost(id));
        expect({ id, body: parsed(back) }).toEqual({ id, body: parsed(wire) });
        expect({ id, headers: back.headers }).toEqual({ id, headers: { ...usual, ...wire.headers } });
        expect({ id, value: decode(back) }).toEqual({ id, value });
      }
      console.log(`  ${name} requests: ${cases.length} cases`);
      expect(cases.length).toBeGreaterThanOrEqual(least);
    });

    run('are understood, not only carried', () => {
      for (const { id, wire, body } of cases) {
        expect({ id, ...told(decode(wire)) }).toEqual({ id, ...read(body) });
      }
      console.log(`  ${name} requests understood: ${cases.length} cases`);
    });

    run('say where each of their parts stands', () => {
      let parts = 0;
      for (const { id, wire, body } of cases) {
        const value = decode(wire);
        for (const [path, said] of spots(value)) {
          expect({ id, path, at: valueAt(body, locate(value, path)) }).toEqual({ id, path, at: said });
          parts += 1;
        }
      }
      console.log(`  ${name} parts located: ${parts} in ${cases.length} cases`);
      expect(parts).toBeGreaterThan(0);
    });
  });
}

describe('generated anthropic-messages requests', () => {
  test('come back as they were, whatever is in them', () => {
    fc.assert(
      fc.property(messagesRequests(), (wire) => {
        const value = decode(body(wire));
        const back = encode(value, neverLost('a generated request'));
        expect(parsed(back)).toEqual(wire);
        expect(decode(back)).toStrictEqual(value);
      }),
      runs,
    );
    console.log(`  generated requests: ${runs.numRuns} cases`);
  }, 60_000);

  test('say where each of their parts stands', () => {
    let parts = 0;
    fc.assert(
      fc.property(messagesRequests(), (wire) => {
        const value = decode(body(wire));
        for (const [path, said] of spots(value)) {
          expect({ path, at: valueAt(wire, locate(value, path)) }).toEqual({ path, at: said });
          parts += 1;
        }
      }),
      runs,
    );
    console.log(`  generated parts located: ${parts} in ${runs.numRuns} cases`);
  }, 60_000);
});

test('what another dialect says becomes a request that comes back the same and loses nothing more', () => {
  fc.assert(
    fc.property(chatRequests(), (foreign) => {
      const first = encode(foreign, (loss) => expect(loss.path).not.toBe(''));
      const value = decode(first);
      const again = encode(value, neverLost('a translated request'));
      expect({ body: parsed(again), headers: again.headers }).toEqual({ body: parsed(first), headers: first.headers });
      for (const path of vendorRules(parsed(first))) throw new Error(`the vendor would refuse ${path}`);
    }),
    runs,
  );
  console.log(`  translated requests: ${runs.numRuns} cases`);
}, 60_000);

interface Asked {
  readonly id: string;
  readonly wire: WireBody;
  readonly body: JsonObject;
}

function asked(cases: readonly Recording[]): readonly Asked[] {
  return cases.flatMap(({ id, requestBody, requestHeaders = {} }) => {
    if (!isJsonObject(requestBody)) return [];
    const said = Object.entries(requestHeaders).filter(([name]) => isOurs(name));
    return [{ id, wire: { ...body(requestBody), headers: Object.fromEntries(said) }, body: requestBody }];
  });
}

function isOurs(header: string): boolean {
  return header === 'anthropic-version' || header === 'anthropic-beta';
}

function neverLost(id: string): (loss: Loss) => never {
  return (loss) => {
    throw new Error(`${id} lost ${JSON.stringify(loss)} on its way into its own dialect`);
  };
}

function parsed({ bytes }: WireBody): Json {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function body(wire: Json): WireBody {
  return { kind: 'json', bytes: new TextEncoder().encode(JSON.stringify(wire)) };
}
