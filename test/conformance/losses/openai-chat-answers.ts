import { type LossLine, lines } from './loss-line.ts';

const messages = 'https://platform.claude.com/docs/en/api/messages';
const citations = 'https://platform.claude.com/docs/en/build-with-claude/citations';
const unsupported = { why: 'unsupported', page: messages } as const;

/** What an answer in OpenAI's chat completions has that a caller who speaks Anthropic's messages cannot be told. */
export const openaiAnswerLosses: readonly LossLine[] = [
  ...lines({ ...unsupported, lacks: 'one answer to a request', excuses: ['choices'] }, 'answer.choices[]'),
  ...lines(
    {
      why: 'only-openai-chat',
      page: messages,
      lacks: 'one answer to a request, and no such part of it',
      excuses: ['member', 'choices'],
    },
    'answer.choices[]',
    'answer.choices[].message',
    'answer.stream',
  ),
  ...lines(
    { ...unsupported, lacks: 'no log probabilities', excuses: ['member'] },
    'answer.choices[].logprobs',
    'answer.choices[].choice.logprobs',
  ),
  ...lines(
    { ...unsupported, lacks: 'a stop_reason that the vendor alone knows becomes end_turn', excuses: ['finish'] },
    'answer.choices[].finish',
  ),
  ...lines(
    { ...unsupported, lacks: 'no spoken answer: its transcript is the text', excuses: ['member'] },
    'answer.choices[].message.parts[]',
    'answer.choices[].message.parts[].audio',
  ),
  ...lines(
    { ...unsupported, lacks: 'the deprecated form of a call', excuses: ['member', 'finish'] },
    'answer.choices[].message.function_call',
  ),
  ...lines(
    {
      why: 'no-custom-tools',
      page: messages,
      lacks: 'a tool takes a JSON object, never free text',
      excuses: ['custom-call', 'finish'],
    },
    'answer.choices[].message.parts[]',
    'answer.choices[].message.parts[].name',
  ),
  ...lines(
    { why: 'only-openai-chat', page: citations, lacks: 'no such form of a part or citation', excuses: ['member'] },
    'answer.choices[].message.parts[]',
    'answer.choices[].message.parts[].citations[]',
  ),
  ...lines(
    {
      ...unsupported,
      page: citations,
      lacks: 'a citation of a page has no place in the text of the answer',
      excuses: [],
    },
    'answer.choices[].message.parts[].citations[].start',
    'answer.choices[].message.parts[].citations[].end',
    'answer.choices[].message.citations.start',
    'answer.choices[].message.citations.end',
    'answer.choices[].message.citations.url_citation',
    'answer.choices[].message.parts[].citations.start',
    'answer.choices[].message.parts[].citations.end',
    'answer.choices[].message.parts[].citations.url_citation',
  ),
  ...lines(
    {
      why: 'late',
      page: messages,
      lacks: 'what a stream says of a part or of the answer after its beginning',
      excuses: ['call'],
    },
    'answer.choices[].message.parts[].arguments',
    'answer.serviceTier',
    'answer.id',
  ),
  ...lines(
    { ...unsupported, lacks: 'usage has no price, and tells no audio apart', excuses: [] },
    'answer.usage.counted.reportedCost',
    'answer.usage.counted.tokens.audioInput',
    'answer.usage.counted.tokens.audioOutput',
  ),
  ...lines(
    { ...unsupported, lacks: 'no such member of an answer: OpenAI’s and other vendors’ own', excuses: ['member'] },
    'answer.{}',
    'answer.{}.{}',
    'answer.choices[].message.citations.url_citation.{}',
    'answer.chunk.{}',
    'answer.frame.{}',
    'answer.choices[].{}',
    'answer.choices[].{}.{}',
    'answer.choices[].message.parts[].{}',
  ),
];
