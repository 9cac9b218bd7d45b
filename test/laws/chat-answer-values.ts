import fc, { type Arbitrary } from 'fast-check';
import type { ChatResponse, Choice, Finish, Logprobs, TokenLogprob } from '../../src/core/chat.ts';
import { finishOf } from '../../src/dialects/openai-chat/finish.ts';
import { reported } from '../../src/dialects/openai-chat/reported-usage.ts';
import { assistant, extras, moment, noted, number, record, word } from './chat-part-values.ts';

export function chatResponses(): Arbitrary<ChatResponse> {
  return record<ChatResponse>(
    { choices: fc.array(choice, { maxLength: 3 }) },
    { id: fc.string(), model: word, createdAt: moment, serviceTier: tier, usage, extras },
  ).map((one) =>
    noted(
      one,
      (['id', 'model', 'createdAt'] as const).flatMap((name) => (one[name] === undefined ? [[name, 'absent']] : [])),
    ),
  );
}

const tier: Arbitrary<string> = word.filter((one) => one !== '');

const finish: Arbitrary<Finish> = fc
  .constantFrom('stop', 'length', 'tool_calls', 'content_filter', 'error', 'x_tide')
  .map(finishOf);

const usage = fc
  .record({ prompt: fc.nat(), completion: fc.nat() })
  .map(({ prompt, completion }) =>
    reported({ prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }),
  );

const token: Arbitrary<TokenLogprob> = record<TokenLogprob>(
  { token: fc.string(), logprob: number },
  { bytes: fc.array(fc.nat(255), { maxLength: 4 }), extras },
);

const logprobs: Arbitrary<Logprobs> = record<Logprobs>(
  {
    content: fc.array(
      fc.tuple(token, fc.array(token, { maxLength: 2 })).map(([one, top]) => ({ ...one, top })),
      { maxLength: 3 },
    ),
  },
  { refusal: fc.array(token, { maxLength: 2 }), extras },
);

const choice: Arbitrary<Choice> = record<Choice>(
  { index: fc.nat(8), message: assistant },
  { finish, logprobs, extras },
);
