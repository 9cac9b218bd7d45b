import { expect, test } from 'bun:test';
import { isJsonObject } from '../../src/core/json.ts';
import { openaiChat } from '../../src/dialects/openai-chat/index.ts';
import { estimatedInput } from '../../src/policies/estimate.ts';
import { type Recording, recorded } from '../recordings.ts';

/** Our estimate of a recorded request beside the vendor's own count; undefined where the vendor gave none. */
function ratioOf({ requestBody, responseBody, status }: Recording): number | undefined {
  const usage = isJsonObject(responseBody) ? responseBody['usage'] : undefined;
  const counted = isJsonObject(usage) ? Number(usage['prompt_tokens'] ?? 0) : 0;
  if (status !== 200 || !isJsonObject(requestBody) || requestBody['messages'] === undefined || counted <= 0)
    return undefined;
  const wire = { kind: 'json' as const, bytes: new TextEncoder().encode(JSON.stringify(requestBody)) };
  const envelope = openaiChat.request.envelope(wire);
  return estimatedInput({ envelope, payload: { value: openaiChat.request.decode(wire) } }) / counted;
}

const cases = recorded('openai-chat', 'chat.completions');

test.skipIf(cases.length === 0)('estimates of recorded requests are about as often too high as too low', () => {
  const ratios = cases
    .flatMap((one) => {
      try {
        return ratioOf(one) ?? [];
      } catch {
        // Some vendors take what we refuse at our door.
        return [];
      }
    })
    .toSorted((a, b) => a - b);
  const at = (share: number): number => ratios[Math.floor(share * (ratios.length - 1))] ?? Number.NaN;
  const near = ratios.filter((ratio) => ratio >= 0.5 && ratio <= 2).length / ratios.length;
  const shown = [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => at(share).toFixed(2)).join(' / ');
  console.log(`  estimate ÷ count of ${ratios.length} recorded requests, p5 / p25 / p50 / p75 / p95: ${shown}`);
  expect(ratios.length).toBeGreaterThan(300);
  expect(at(0.5)).toBeWithin(0.9, 1.15);
  expect(near).toBeGreaterThan(0.65);
});

test('a token that is sent as a number counts as one', () => {
  const tokens = Array.from({ length: 400 }, (_, index) => index * 1000);
  const estimate = (inputs: readonly (string | readonly number[])[]): number =>
    estimatedInput({ envelope: { ...envelope, bytes: 0 }, payload: { value: { inputs } } });
  expect([estimate([tokens]), estimate([tokens, tokens]), estimate(['four'.repeat(100)])]).toEqual([400, 800, 100]);
});

const envelope = { model: 'm', stream: false, streamUsage: false, choices: 1, unmeasured: [], bytes: 0 } as const;
