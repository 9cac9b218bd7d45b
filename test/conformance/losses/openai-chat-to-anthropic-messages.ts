import { type LossTable, lines } from './loss-line.ts';
import { openaiAnswerLosses } from './openai-chat-answers.ts';
import { vendorLosses } from './vendor-members.ts';

const messages = 'https://platform.claude.com/docs/en/api/messages';
const thinking = 'https://platform.claude.com/docs/en/build-with-claude/extended-thinking';
const migration = 'https://platform.claude.com/docs/en/about-claude/models/migration-guide';
const structured = 'https://platform.claude.com/docs/en/build-with-claude/structured-outputs';
const toolUse = 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview';
const vision = 'https://platform.claude.com/docs/en/build-with-claude/vision';
const pdf = 'https://platform.claude.com/docs/en/build-with-claude/pdf-support';

const unsupported = { why: 'unsupported', page: messages } as const;

/** What a caller who speaks OpenAI's chat completions cannot have at a provider who speaks Anthropic's messages. */
export const openaiToAnthropic: LossTable = {
  from: 'openai-chat',
  to: 'anthropic-messages',
  lines: [
    ...lines(
      {
        ...unsupported,
        lacks: 'sampling is by temperature, top_p and top_k alone; there is no seed',
        excuses: ['seed', 'frequency-penalty', 'presence-penalty', 'member'],
      },
      'seed',
      'frequency_penalty',
      'presence_penalty',
      'logit_bias',
    ),
    ...lines(
      { ...unsupported, lacks: 'no log probabilities in an answer', excuses: ['member'] },
      'logprobs',
      'top_logprobs',
    ),
    ...lines(
      { ...unsupported, lacks: 'metadata has a user_id and nothing else', excuses: ['member'] },
      'metadata',
      'safety_identifier',
    ),
    ...lines(
      { ...unsupported, lacks: 'one limit, max_tokens; the older of two that differ goes', excuses: ['limit'] },
      'max_tokens',
    ),
    ...lines(
      { ...unsupported, lacks: 'service_tier is auto or standard_only', excuses: ['service-tier'] },
      'service_tier',
    ),
    ...lines(
      {
        ...unsupported,
        lacks: 'no such member: what is stored, predicted, moderated, searched or cached, and how verbosely',
        excuses: ['member'],
      },
      'store',
      'prediction',
      'moderation',
      'web_search_options',
      'verbosity',
      'prompt_cache_key',
      'prompt_cache_options',
    ),
    ...lines({ ...unsupported, lacks: 'text alone comes out', excuses: ['member'] }, 'modalities', 'audio'),
    ...lines(
      {
        ...unsupported,
        lacks: 'tools and tool_choice are the only form; the one that OpenAI deprecated is not translated',
        excuses: ['member'],
      },
      'functions',
      'function_call',
      'messages[].function_call',
    ),
    ...lines(
      { ...unsupported, page: structured, lacks: 'output_config.format needs a schema', excuses: ['json'] },
      'response_format',
    ),
    ...lines(
      {
        ...unsupported,
        page: structured,
        lacks: 'output_config.format has a schema, no description',
        excuses: ['schema-description'],
      },
      'response_format.json_schema.description',
    ),
    ...lines(
      {
        why: 'only-openai-chat',
        page: structured,
        lacks: 'output_config.format is of type json_schema',
        excuses: ['member'],
      },
      'response_format',
    ),
    ...lines(
      {
        why: 'range',
        page: messages,
        lacks: 'output_config.effort knows low, medium, high, xhigh and max',
        excuses: ['reasoning'],
      },
      'reasoning_effort',
    ),
    ...lines(
      {
        why: 'blank',
        page: messages,
        lacks: 'a stop sequence has something that is not white space',
        excuses: ['stop'],
      },
      'stop[]',
      'stop',
    ),

    ...lines(
      {
        ...unsupported,
        page: migration,
        lacks: 'sampling parameters are not taken by models from Opus 4.7 on',
        excuses: ['temperature', 'top-p', 'top-k'],
      },
      'temperature',
      'top_p',
      'top_k',
    ),
    ...lines(
      {
        ...unsupported,
        page: structured,
        lacks: 'models before 4.5 cannot be held to the schema of a tool',
        excuses: ['tool-strict'],
      },
      'tools[].function.strict',
    ),
    ...lines(
      {
        why: 'open-schema',
        page: structured,
        lacks: 'no model can be held to a schema that is not closed',
        excuses: ['tool-strict', 'schema'],
      },
      'tools[].function.strict',
      'response_format',
    ),
    ...lines(
      {
        why: 'one-of-two',
        page: migration,
        lacks: 'models from 4.1 on take temperature or top_p, not both',
        excuses: ['top-p'],
      },
      'top_p',
    ),
    ...lines(
      { ...unsupported, page: thinking, lacks: 'models before 3.7 do not think', excuses: ['reasoning'] },
      'reasoning_effort',
    ),
    ...lines(
      {
        why: 'no-signature',
        page: thinking,
        lacks: 'while tools are at work, thinking goes on only from thoughts that Claude signed',
        excuses: ['reasoning'],
      },
      'reasoning_effort',
    ),
    ...lines(
      {
        why: 'no-tools',
        page: messages,
        lacks: 'a choice of tools is refused where there are none',
        excuses: ['tool-choice', 'parallel'],
      },
      'tool_choice',
      'parallel_tool_calls',
    ),
    ...lines(
      {
        why: 'no-custom-tools',
        page: toolUse,
        lacks: 'a tool takes a JSON object, never free text',
        excuses: ['custom-tool', 'custom-call', 'result', 'tool-choice', 'turns'],
      },
      'tools[]',
      'tool_choice',
      'messages[]',
      'messages[].tool_calls[]',
    ),
    ...lines(
      {
        why: 'only-openai-chat',
        page: toolUse,
        lacks: 'no tool that another vendor runs',
        excuses: ['hosted-tool', 'tool-choice'],
      },
      'tools[]',
      'tool_choice',
    ),
    ...lines(
      { ...unsupported, page: toolUse, lacks: 'a tool has no other members', excuses: ['member'] },
      'tools[].function.{}',
    ),

    ...lines(
      { why: 'hoisted', page: messages, lacks: 'instructions stand in system, before all turns', excuses: [] },
      'messages[]',
    ),
    ...lines({ why: 'only-openai-chat', page: messages, lacks: 'no such role', excuses: ['member'] }, 'messages[]'),
    ...lines({ why: 'empty', page: messages, lacks: 'a message has content', excuses: ['turns'] }, 'messages[]'),
    ...lines(
      {
        why: 'blank',
        page: messages,
        lacks: 'a text has something that is not white space',
        excuses: ['user-text', 'assistant-text'],
      },
      'messages[].content',
      'messages[].content[]',
    ),
    ...lines(
      { ...unsupported, lacks: 'a message has a role and a content', excuses: ['member', 'cache'] },
      'messages[].name',
      'messages[].audio',
      'messages[].cache_control',
      'messages[].prefix',
      'messages[].tags',
      'messages[].weight',
      'messages[].content[].cache_control',
      'messages[].tool_calls[].index',
    ),
    ...lines(
      {
        why: 'as-text',
        page: messages,
        lacks: 'a refusal in the history has no block of its own; its words stay',
        excuses: ['refusal'],
      },
      'messages[].refusal',
      'messages[].content[]',
    ),
    ...lines(
      { ...unsupported, page: vision, lacks: 'an image has no level of detail', excuses: ['image-detail'] },
      'messages[].content[].image_url.detail',
    ),
    ...lines(
      {
        ...unsupported,
        page: pdf,
        lacks: 'no audio, and documents are PDF or plain text',
        excuses: ['audio', 'file', 'file-name'],
      },
      'messages[].content[]',
    ),
    ...lines(
      { why: 'only-openai-chat', page: messages, lacks: 'no such block', excuses: ['member', 'file', 'file-name'] },
      'messages[].content[]',
    ),
    ...lines(
      {
        why: 'unsigned',
        page: thinking,
        lacks: 'a thought without the signature that Claude gave it is refused',
        excuses: ['history-thought', 'member'],
      },
      'messages[].reasoning',
      'messages[].reasoning_content',
      'messages[].reasoning_details[]',
      'messages[].content[]',
    ),
    ...lines(
      {
        why: 'other-model',
        page: thinking,
        lacks: 'another model’s seal is no signature of Claude’s',
        excuses: ['history-thought', 'member'],
      },
      'messages[].reasoning_details[]',
      'messages[].tool_calls[]',
      'messages[].tool_calls[].extra_content.google.thought_signature',
    ),
    ...lines(
      { why: 'only-openai-chat', page: thinking, lacks: 'no such form of a thought', excuses: ['member'] },
      'messages[].reasoning_details[]',
    ),
    ...lines(
      { ...unsupported, page: thinking, lacks: 'one thought at a place', excuses: ['history-thought'] },
      'messages[].reasoning',
    ),

    ...vendorLosses,
    ...openaiAnswerLosses,
  ],
};
