import { expect, test } from 'bun:test';
import { peek } from './peek.ts';

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const choices = [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }];

function tierOf(answer: object): string | undefined {
  return peek.whole({ kind: 'json', bytes: new TextEncoder().encode(JSON.stringify(answer)) }).servedTier;
}

test('the tier that answered is seen wherever a vendor puts it', () => {
  const long = [{ ...choices[0], message: { role: 'assistant', content: 'x'.repeat(5_000) } }];
  expect([
    tierOf({ id: '1', choices, usage, service_tier: 'flex', system_fingerprint: 'fp' }),
    tierOf({ id: '1', service_tier: 'flex', choices: long, usage }),
    tierOf({ id: '1', choices: long, service_tier: 'flex', usage }),
    tierOf({ id: '1', choices, usage, system_fingerprint: 'fp', x_groq: { id: '2' }, service_tier: 'flex' }),
  ]).toEqual(['flex', 'flex', 'flex', 'flex']);
});

test('what is written in an answer is no tier, and null is none', () => {
  const sly = [{ ...choices[0], message: { role: 'assistant', content: '"service_tier":"flex"' } }];
  const deep = [{ ...choices[0], service_tier: 'flex' }];
  expect([
    tierOf({ choices: sly, usage }),
    tierOf({ choices: deep, usage }),
    tierOf({ choices, usage, service_tier: null }),
    tierOf({ choices, usage, service_tier: 7 }),
    tierOf({ choices, usage }),
  ]).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test('in a stream it is the one beside the usage', () => {
  const eye = peek.stream({ hideUsage: false });
  const chunk = { id: '1', object: 'chat.completion.chunk', service_tier: 'priority', choices: [], usage };
  const { sight } = eye.push(new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`));
  expect([sight.servedTier, sight.usage?.tokens]).toEqual(['priority', { input: 1, output: 2 }]);
});
