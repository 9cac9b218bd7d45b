import { type LossLine, lines } from './loss-line.ts';

const chat = 'https://platform.openai.com/docs/api-reference/chat/object';
const unsupported = { why: 'unsupported', page: chat } as const;

/** What an answer in Anthropic's messages has that a caller who speaks OpenAI's chat completions cannot be told. */
export const anthropicAnswerLosses: readonly LossLine[] = [
  ...lines(
    {
      why: 'only-anthropic-messages',
      page: chat,
      lacks: 'no such part: what Anthropic’s own tools were asked and found, compactions, fallbacks',
      excuses: ['member'],
    },
    'answer.choices[].message',
    'answer.choices[].message.parts[]',
  ),
  ...lines(
    {
      why: 'part-order',
      page: chat,
      lacks: 'a message keeps texts and calls apart, so what came between them is not told',
      excuses: [],
    },
    'answer.choices[].message',
  ),
  ...lines(
    {
      why: 'no-call',
      page: chat,
      lacks: 'no place for the signature of a thought; it goes with the id of a call, and here is none',
      excuses: ['seal'],
    },
    'answer.choices[].message.reasoning',
  ),
  ...lines(
    { ...unsupported, lacks: 'which stop sequence it was', excuses: ['stop-hit'] },
    'answer.stop_sequence',
    'answer.choices[].stop_sequence',
  ),
  ...lines(
    { ...unsupported, lacks: 'why it was refused', excuses: [] },
    'answer.stop_details',
    'answer.choices[].stop_details',
  ),
  ...lines(
    { ...unsupported, lacks: 'a call does not say who called', excuses: [] },
    'answer.choices[].message.parts[].caller',
  ),
  ...lines(
    { ...unsupported, lacks: 'no containers, no edits of the context', excuses: [] },
    'answer.container',
    'answer.choices[].container',
    'answer.context_management',
  ),
  ...lines(
    { why: 'only-anthropic-messages', page: chat, lacks: 'a citation is of a page of the web', excuses: ['member'] },
    'answer.choices[].message.parts[].citations',
    'answer.choices[].message.parts[].citations[]',
  ),
  ...lines(
    { ...unsupported, lacks: 'a citation has an address and a title', excuses: [] },
    'answer.choices[].message.parts[].citations.cited_text',
    'answer.choices[].message.parts[].citations.encrypted_index',
    'answer.choices[].message.parts[].citations[].cited_text',
    'answer.choices[].message.parts[].citations[].encrypted_index',
  ),
];
