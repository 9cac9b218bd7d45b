import { expect, test } from 'bun:test';
import type { ChatEvent } from '../../src/core/chat.ts';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import type { Sight } from '../../src/core/reply.ts';
import { anthropicMessages, anthropicTokenCount } from '../../src/dialects/anthropic-messages/index.ts';
import { frameReader } from '../../src/dialects/sse.ts';
import { utf8Bytes, utf8Length } from '../../src/dialects/text.ts';
import { recorded } from '../recordings.ts';
import { sseText } from '../sse-text.ts';

/** Eyes read bytes, codecs read values; what both can tell they must tell alike. */
const cases = recorded('anthropic').filter(({ endpoint }) => endpoint === 'messages' || endpoint === 'count_tokens');

test.skipIf(cases.length === 0)('an envelope says what the decoded request says', () => {
  let ran = 0;
  for (const { id, endpoint, requestBody } of cases) {
    if (!isJsonObject(requestBody)) continue;
    const { request } = endpoint === 'messages' ? anthropicMessages : anthropicTokenCount;
    const wire = { kind: 'json', bytes: utf8Bytes(JSON.stringify({ model: 'claude', ...requestBody })) } as const;
    const { model, stream, maxOutputTokens, endUser } = request.envelope(wire);
    const value = request.decode(wire);
    expect({ id, model, stream, maxOutputTokens, endUser }).toEqual({
      id,
      model: value.model ?? '',
      stream: value.stream ?? false,
      maxOutputTokens: value.maxOutputTokens,
      endUser: value.endUser,
    });
    ran += 1;
  }
  console.log(`  envelopes beside decoded requests: ${ran} cases`);
  expect(ran).toBeGreaterThan(270);
});

test.skipIf(cases.length === 0)('a look at a whole answer shows what the decoded answer says', () => {
  let ran = 0;
  for (const { id, responseBody } of cases) {
    if (!isJsonObject(responseBody) || responseBody['type'] !== 'message') continue;
    const wire = { kind: 'json', bytes: utf8Bytes(JSON.stringify(responseBody)) } as const;
    const { usage, terminal, failure } = anthropicMessages.peek.whole(wire);
    const expected = anthropicMessages.response.decode(wire).usage?.counted;
    expect({ id, usage, terminal, failure }).toEqual({ id, usage: expected, terminal: true, failure: undefined });
    ran += 1;
  }
  console.log(`  sights beside decoded answers: ${ran} cases`);
  expect(ran).toBeGreaterThan(200);
});

test.skipIf(cases.length === 0)('a look at a stream shows what its decoded events say', () => {
  let ran = 0;
  for (const one of cases) {
    if (one.responseChunks === undefined) continue;
    const { bytes, sight } = anthropicMessages.peek.stream({ hideUsage: false }).push(utf8Bytes(sseText(one)));
    const events = eventsIn(bytes);
    const usages = events.filter((event) => event.type === 'usage').map(({ usage }) => usage.counted);
    const { usage, terminal, failure, producedBytes } = sight;
    expect({ id: one.id, usage, terminal, failure, producedBytes }).toEqual({
      id: one.id,
      usage: usages.at(-1),
      terminal: events.some(({ type }) => type === 'response-end'),
      failure: undefined,
      producedBytes: events.reduce((sum, event) => sum + saidBytes(event), 0),
    });
    ran += 1;
  }
  console.log(`  sights beside decoded streams: ${ran} cases`);
  expect(ran).toBeGreaterThan(80);
});

test.skipIf(cases.length === 0)(
  'an error in place of an answer is the same failure as an error answer of its words',
  () => {
    for (const { status, responseBody } of recorded('anthropic')) {
      if (!isJsonObject(responseBody) || responseBody['type'] !== 'error') continue;
      const bytes = utf8Bytes(JSON.stringify(responseBody));
      const answered = anthropicMessages.failure.decode({ status, headers: new Headers(), bytes });
      const sights: readonly Sight[] = [
        anthropicMessages.peek.whole({ kind: 'json', bytes }),
        anthropicTokenCount.peek.whole({ kind: 'json', bytes }),
        anthropicMessages.peek
          .stream({ hideUsage: false })
          .push(utf8Bytes(`event: error\ndata: ${JSON.stringify(responseBody)}\n\n`)).sight,
      ];
      for (const { failure, usage } of sights) {
        expect({ message: failure?.message, usage }).toEqual({ message: answered.message, usage: undefined });
      }
    }
  },
);

function eventsIn(bytes: Uint8Array<ArrayBuffer>): readonly ChatEvent[] {
  const decoder = anthropicMessages.stream.decoder();
  return [
    ...frameReader()
      .push(bytes)
      .flatMap((frame) => decoder.push(frame)),
    ...decoder.end(),
  ];
}

/** Bytes of output in an event; of what only Anthropic knows, the summary of a compaction. */
function saidBytes(event: ChatEvent): number {
  switch (event.type) {
    case 'text-delta':
    case 'tool-call-delta':
    case 'refusal-delta':
      return utf8Length(event.text);
    case 'reasoning-delta':
      return utf8Length(event.text ?? '');
    case 'opaque':
      return isJsonObject(event.wire) ? opaqueBytes(event.wire) : 0;
    default:
      return 0;
  }
}

function opaqueBytes({ delta }: JsonObject): number {
  if (!isJsonObject(delta)) return 0;
  const said = delta['content'] ?? delta['partial_json'];
  return typeof said === 'string' ? utf8Length(said) : 0;
}
