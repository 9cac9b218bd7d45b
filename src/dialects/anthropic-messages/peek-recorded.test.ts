import { expect, test } from 'bun:test';
import { type Recording, recorded } from '../../../test/recordings.ts';
import { follow, wholeSight } from '../../../test/rooms/anthropic-sights.ts';
import { cuts, everySize, sseText } from '../../../test/sse-text.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import { utf8Bytes } from '../text.ts';
import { eventBytes, producedIn } from './produced.ts';
import { readUsage } from './usage.ts';

const streams = recorded('anthropic').filter(
  ({ endpoint, responseChunks }) => endpoint === 'messages' && responseChunks !== undefined,
);

test.skipIf(streams.length === 0)('recorded streams are followed alike however they are cut', () => {
  let ways = 0;
  for (const one of streams) {
    for (const newline of ['LF', 'CRLF'] as const) {
      const bytes = utf8Bytes(sseText({ ...one, sse: { ...one.sse, newline } }));
      const whole = follow([bytes]);
      expect({ id: one.id, text: whole.text }).toEqual({
        id: one.id,
        text: sseText(firstAnswer({ ...one, sse: { ...one.sse, newline } })),
      });
      const short = bytes.length < 6000 && newline === 'LF' && ways < 1500;
      const sizes = short ? everySize : [1 + (bytes.length % 64), 1021];
      for (const pieces of cuts(bytes, sizes, [one.id])) {
        expect({ id: one.id, ...follow(pieces) }).toEqual({ id: one.id, ...whole });
        ways += 1;
      }
    }
  }
  console.log(`  recorded streams: ${streams.length} cases, cut in ${ways} ways`);
});

test.skipIf(streams.length === 0)('recorded streams show what reading every event shows', () => {
  for (const one of streams) {
    const events = (firstAnswer(one).responseChunks ?? [])
      .map(({ data = '' }) => parsed(data))
      .filter((said) => said !== undefined);
    const of = (type: string): readonly JsonObject[] => events.filter((said) => said['type'] === type);
    const message = of('message_start')[0]?.['message'];
    const told = [isJsonObject(message) ? message['usage'] : {}, ...of('message_delta').map((said) => said['usage'])];
    const merged: JsonObject = Object.assign({}, ...told);
    const { usage: expected } = of('message_delta').length > 0 ? readUsage(merged) : {};
    const { sight } = follow([utf8Bytes(sseText(one))]);
    const spoken = events.map((said) => eventBytes(said)).filter((bytes) => bytes > 0);
    const isWhole = of('message_stop').length > 0;
    expect({
      id: one.id,
      terminal: sight.terminal,
      bytes: sight.producedBytes,
      frames: sight.producedFrames,
    }).toEqual({
      id: one.id,
      terminal: isWhole,
      bytes: spoken.reduce((sum, bytes) => sum + bytes, 0),
      frames: spoken.length,
    });
    if (isWhole) expect({ id: one.id, usage: sight.usage }).toEqual({ id: one.id, usage: expected });
  }
});

test.skipIf(streams.length === 0)('the quick count of recorded events is that of reading them', () => {
  let quick = 0;
  let deltas = 0;
  for (const { id, responseChunks = [] } of streams) {
    for (const { event: type = '', data = '' } of responseChunks) {
      const value = parsed(data);
      if (value === undefined) continue;
      if (type === 'content_block_delta') deltas += 1;
      const bytes = producedIn(`event: ${type}\ndata: ${Buffer.from(data).toString('latin1')}\n\n`);
      if (bytes === undefined) continue;
      quick += 1;
      expect({ id, data, bytes }).toEqual({ id, data, bytes: eventBytes(value) });
    }
  }
  console.log(`  recorded deltas counted quickly: ${quick} of ${deltas}`);
  expect(quick).toBeGreaterThan(deltas * 0.9);
});

test.skipIf(recorded('anthropic').length === 0)('every recorded whole answer shows its usage', () => {
  let ran = 0;
  for (const { id, responseBody } of recorded('anthropic')) {
    if (!isJsonObject(responseBody) || responseBody['type'] !== 'message') continue;
    const expected = readUsage(responseBody['usage']).usage;
    expect(expected).toBeDefined();
    for (const indent of [undefined, 2]) {
      const sight = wholeSight(JSON.stringify(responseBody, undefined, indent));
      expect({ id, usage: sight.usage, failure: sight.failure }).toEqual({ id, usage: expected, failure: undefined });
    }
    ran += 1;
  }
  console.log(`  recorded whole answers: ${ran} cases`);
  expect(ran).toBeGreaterThan(200);
});

/** A recording up to the first end: some hold the streams of a whole loop of tools. */
function firstAnswer(one: Recording): Recording {
  const { responseChunks = [] } = one;
  const end = responseChunks.findIndex(({ event: name }) => name === 'message_stop');
  return end === -1 ? one : { ...one, responseChunks: responseChunks.slice(0, end + 1) };
}

function parsed(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
