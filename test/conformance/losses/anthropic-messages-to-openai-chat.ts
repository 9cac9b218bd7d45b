import { anthropicAnswerLosses } from './anthropic-messages-answers.ts';
import { type LossTable, lines } from './loss-line.ts';

const chat = 'https://platform.openai.com/docs/api-reference/chat/create';
const functions = 'https://platform.openai.com/docs/guides/function-calling';
const caching = 'https://platform.openai.com/docs/guides/prompt-caching';
const reasoning = 'https://platform.openai.com/docs/guides/reasoning';
const strict = 'https://platform.openai.com/docs/guides/structured-outputs';
const files = 'https://platform.openai.com/docs/guides/pdf-files';

const cacheMarks = [
  'cache_control',
  'system[].cache_control',
  'tools[].cache_control',
  'messages[].content[].cache_control',
  'messages[].content[].content[].cache_control',
] as const;
const unsupported = { why: 'unsupported', page: chat } as const;

/** What a caller who speaks Anthropic's messages cannot have at a provider who speaks OpenAI's chat completions. */
export const anthropicToOpenai: LossTable = {
  from: 'anthropic-messages',
  to: 'openai-chat',
  lines: [
    ...lines(
      { ...unsupported, lacks: 'no such member: containers, MCP servers, edits of the context', excuses: ['member'] },
      'container',
      'mcp_servers',
      'context_management',
      'anthropic_version',
    ),
    ...lines({ ...unsupported, lacks: 'no headers for features under trial', excuses: [] }, 'anthropic-beta'),
    ...lines({ ...unsupported, lacks: 'no top_k', excuses: ['top-k'] }, 'top_k'),
    ...lines(
      {
        ...unsupported,
        page: caching,
        lacks: 'no place in the prompt that says how far it may be cached',
        excuses: ['cache'],
      },
      ...cacheMarks,
    ),
    ...lines(
      { ...unsupported, lacks: 'reasoning is not shown, so there is no way to show it', excuses: ['member'] },
      'thinking.display',
    ),
    ...lines(
      {
        why: 'no-tools',
        page: chat,
        lacks: 'a choice of tools is refused where none are left',
        excuses: ['tool-choice', 'parallel'],
      },
      'tool_choice',
      'tool_choice.disable_parallel_tool_use',
    ),
    ...lines(
      {
        why: 'only-anthropic-messages',
        page: functions,
        lacks: 'no tool that Anthropic runs',
        excuses: ['hosted-tool'],
      },
      'tools[]',
    ),
    ...lines(
      {
        ...unsupported,
        page: functions,
        lacks: 'a function is always there, never fetched by a search',
        excuses: ['member'],
      },
      'tools[].defer_loading',
    ),
    ...lines(
      {
        why: 'only-anthropic-messages',
        page: chat,
        lacks: 'no such block',
        excuses: ['member', 'image', 'file', 'file-name'],
      },
      'messages[].content[]',
      'messages[].content[].content[]',
    ),
    ...lines(
      { why: 'empty', page: chat, lacks: 'a message of whose content nothing is left', excuses: ['turns'] },
      'messages[]',
    ),
    ...lines(
      {
        why: 'other-model',
        page: chat,
        lacks: 'no place for thoughts, and Claude’s signature is of no use to another model',
        excuses: ['history-thought', 'seal', 'member'],
      },
      'messages[].content[]',
    ),
    ...lines(
      { ...unsupported, page: functions, lacks: 'a call does not say who called', excuses: ['member'] },
      'messages[].content[].caller',
    ),
    ...lines(
      {
        ...unsupported,
        page: functions,
        lacks: 'a result cannot say that the tool failed; its words can',
        excuses: ['result-error'],
      },
      'messages[].content[].is_error',
    ),
    ...lines(
      {
        why: 'moved',
        page: functions,
        lacks: 'the content of a tool message is text; what else it had follows in a user message',
        excuses: [],
      },
      'messages[].content[].content[]',
    ),
    ...lines(
      {
        why: 'no-image-file',
        page: chat,
        lacks: 'an image comes as bytes or by URL, not by the id of a stored file',
        excuses: ['image', 'member'],
      },
      'messages[].content[]',
      'messages[].content[].content[]',
    ),
    ...lines(
      {
        why: 'no-file-url',
        page: files,
        lacks: 'a file comes as bytes or by id, not by URL',
        excuses: ['file', 'file-name'],
      },
      'messages[].content[]',
      'messages[].content[].content[]',
    ),
    ...lines(
      {
        ...unsupported,
        lacks: 'no citations are asked for, and those in the history are of pages alone',
        excuses: ['member', 'citation'],
      },
      'messages[].content[].citations',
      'messages[].content[].citations[]',
      'messages[].content[].citations[].cited_text',
      'messages[].content[].citations[].encrypted_index',
    ),

    ...lines(
      {
        why: 'implicit-caching',
        page: caching,
        lacks: 'all but the newest models cache by themselves and cannot be told where',
        excuses: ['cache'],
      },
      ...cacheMarks,
    ),
    ...lines(
      {
        ...unsupported,
        page: reasoning,
        lacks: 'models that do not reason cannot be told to',
        excuses: ['reasoning', 'member'],
      },
      'thinking',
      'thinking.type',
      'output_config.effort',
    ),
    ...lines(
      {
        ...unsupported,
        page: reasoning,
        lacks: 'models that reason take no sampling parameters and no stop',
        excuses: ['temperature', 'top-p', 'stop'],
      },
      'temperature',
      'top_p',
      'stop_sequences',
    ),
    ...lines(
      { ...unsupported, lacks: 'no place for thoughts, signed or not', excuses: ['history-thought'] },
      'messages[].content[]',
    ),
    ...lines(
      {
        ...unsupported,
        lacks: 'no such member: where and how fast it is computed, and whatever nobody knows',
        excuses: ['member'],
      },
      'speed',
      'inference_geo',
      'x_top',
      'metadata.{}',
      'thinking.{}',
      'output_config.x_more',
      'output_config.format.{}',
      'messages[].x_note',
      'messages[].x_turn',
      'messages[].content[].context',
      'messages[].content[].source.{}',
    ),
    ...lines(
      { ...unsupported, page: functions, lacks: 'a function has a name, a description, a schema', excuses: ['member'] },
      'tools[].allowed_callers',
      'tools[].input_examples',
      'tools[].eager_input_streaming',
    ),
    ...lines(
      {
        why: 'only-anthropic-messages',
        page: chat,
        lacks: 'no such role, form of output, choice, citation, or anything but text in instructions',
        excuses: ['member', 'tool-choice', 'image', 'file'],
      },
      'messages[]',
      'system[]',
      'tool_choice',
      'output_config.format',
      'messages[].content[].citations[]',
    ),
    ...lines(
      {
        why: 'open-schema',
        page: strict,
        lacks: 'no model can be held to a schema that is not closed',
        excuses: ['tool-strict', 'schema'],
      },
      'tools[].strict',
      'output_config.format',
    ),
    ...lines(
      { why: 'too-many', page: chat, lacks: 'at most four stop sequences', excuses: ['stop'] },
      'stop_sequences[]',
    ),

    ...anthropicAnswerLosses,
  ],
};
