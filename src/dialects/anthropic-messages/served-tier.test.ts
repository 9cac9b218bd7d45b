import { expect, test } from 'bun:test';
import { peek } from './peek.ts';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

test('the tier that answered stands in the usage of an answer', () => {
  const content = [{ type: 'text', text: '"service_tier":"batch"' }];
  const whole = (usage: object): string | undefined =>
    peek.whole({ kind: 'json', bytes: bytes(JSON.stringify({ type: 'message', content, usage })) }).servedTier;
  const counts = { input_tokens: 1, output_tokens: 2 };
  expect([
    whole({ ...counts, service_tier: 'priority' }),
    whole({ ...counts, service_tier: null }),
    whole(counts),
  ]).toEqual(['priority', undefined, undefined]);
});

test('a stream tells it when it begins', () => {
  const eye = peek.stream({ hideUsage: false });
  const start = {
    type: 'message_start',
    message: { usage: { input_tokens: 1, output_tokens: 1, service_tier: 'priority' } },
  };
  const { sight } = eye.push(bytes(`event: message_start\ndata: ${JSON.stringify(start)}\n\n`));
  const delta = { type: 'message_delta', delta: {}, usage: { output_tokens: 2 } };
  const { sight: later } = eye.push(bytes(`event: message_delta\ndata: ${JSON.stringify(delta)}\n\n`));
  expect([sight.servedTier, later.servedTier, later.usage?.tokens]).toEqual([
    'priority',
    undefined,
    { input: 1, output: 2 },
  ]);
});
