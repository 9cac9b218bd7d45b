import type { JsonObject } from '../../src/core/json.ts';
import type { FactKind } from './facts/fact.ts';
import type { WireName } from './wires.ts';

/** One thing that a vendor's answer may have, in the words of each dialect that has words for it. */
export interface AnswerProbe {
  readonly feature: string;
  readonly told: { readonly [Name in WireName]?: JsonObject };
  readonly kinds: readonly FactKind[];
}

const usage = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };

/** An answer of OpenAI's with this message. */
function message(said: JsonObject, { finish = 'stop', ...more }: JsonObject = {}): JsonObject {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'm-1',
    choices: [{ index: 0, message: { role: 'assistant', content: null, ...said }, finish_reason: finish }],
    usage,
    ...more,
  };
}

/** An answer of Anthropic's with this content. */
function content(blocks: readonly JsonObject[], more: JsonObject = {}): JsonObject {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm-1',
    content: blocks,
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 50 },
    ...more,
  };
}

const words = { type: 'text', text: 'Deep.' };
const thought = { type: 'thinking', thinking: 'Hm.', signature: 'c2VhbA==' };
const page = { url: 'https://one.example', title: 'One' };
const uses = ['a', 'b'].map((id) => ({ type: 'tool_use', id, name: 'depth', input: { lake: id } }));
const calls = ['a', 'b'].map((id) => ({
  id,
  type: 'function',
  function: { name: 'depth', arguments: `{"lake":"${id}"}` },
}));
const details = [
  { type: 'reasoning.text', text: 'Hm.', signature: 'c2VhbA==', format: 'anthropic-claude-v1', index: 0 },
];

/** What answers may have. */
export const answerProbes: readonly AnswerProbe[] = [
  {
    feature: 'text',
    told: { 'openai-chat': message({ content: 'Deep.' }), 'anthropic-messages': content([words]) },
    kinds: ['assistant-text', 'finish'],
  },
  {
    feature: 'parallel tool calls',
    told: {
      'openai-chat': message({ tool_calls: calls }, { finish: 'tool_calls' }),
      'anthropic-messages': content(uses, { stop_reason: 'tool_use' }),
    },
    kinds: ['call', 'finish'],
  },
  {
    feature: 'thoughts',
    told: {
      'openai-chat': message({ reasoning_content: 'Hm.', content: 'Deep.' }),
      'anthropic-messages': content([thought, words]),
    },
    kinds: ['thought'],
  },
  {
    feature: 'sealed thoughts before a call, for the next turn',
    told: {
      'openai-chat': message({ reasoning_details: details, tool_calls: calls }, { finish: 'tool_calls' }),
      'anthropic-messages': content([thought, ...uses], { stop_reason: 'tool_use' }),
    },
    kinds: ['seal'],
  },
  {
    feature: 'sealed thoughts without a call',
    told: {
      'openai-chat': message({ reasoning_details: details, content: 'Deep.' }),
      'anthropic-messages': content([thought, words]),
    },
    kinds: ['seal'],
  },
  {
    feature: 'refusal',
    told: {
      'openai-chat': message({ refusal: 'No.' }),
      'anthropic-messages': content([{ type: 'text', text: 'No.' }], { stop_reason: 'refusal' }),
    },
    kinds: ['assistant-text', 'finish'],
  },
  {
    feature: 'the limit was reached',
    told: {
      'openai-chat': message({ content: 'Dee' }, { finish: 'length' }),
      'anthropic-messages': content([words], { stop_reason: 'max_tokens' }),
    },
    kinds: ['finish'],
  },
  {
    feature: 'which stop sequence was met',
    told: { 'anthropic-messages': content([words], { stop_reason: 'stop_sequence', stop_sequence: 'END' }) },
    kinds: ['stop-hit'],
  },
  {
    feature: 'citations of web pages',
    told: {
      'openai-chat': message({
        content: 'Deep.',
        annotations: [{ type: 'url_citation', url_citation: { ...page, start_index: 0, end_index: 5 } }],
      }),
      'anthropic-messages': content([
        {
          ...words,
          citations: [{ type: 'web_search_result_location', ...page, cited_text: 'deep', encrypted_index: 'x' }],
        },
      ]),
    },
    kinds: ['citation'],
  },
  {
    feature: 'citations of documents',
    told: {
      'anthropic-messages': content([
        {
          ...words,
          citations: [
            { type: 'page_location', cited_text: 'deep', document_index: 0, start_page_number: 1, end_page_number: 2 },
          ],
        },
      ]),
    },
    kinds: ['member'],
  },
  {
    feature: 'what the vendor’s own tools did',
    told: {
      'anthropic-messages': content([{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }, words]),
    },
    kinds: ['member'],
  },
  {
    feature: 'log probabilities',
    told: {
      'openai-chat': {
        ...message({ content: 'D' }),
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'D' },
            finish_reason: 'stop',
            logprobs: { content: [{ token: 'D', logprob: -1, bytes: [68], top_logprobs: [] }] },
          },
        ],
      },
    },
    kinds: ['member'],
  },
  {
    feature: 'speech',
    told: {
      'openai-chat': message({
        audio: { id: 'audio_1', data: 'AAAA', expires_at: 1_790_000_000, transcript: 'Deep.' },
      }),
    },
    kinds: ['member'],
  },
  {
    feature: 'tokens: input, output',
    told: { 'openai-chat': message({ content: 'Deep.' }), 'anthropic-messages': content([words]) },
    kinds: ['input-tokens', 'output-tokens'],
  },
  {
    feature: 'tokens: read from and written to the cache',
    told: {
      'openai-chat': message(
        { content: 'Deep.' },
        { usage: { ...usage, prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 20 } } },
      ),
      'anthropic-messages': content([words], {
        usage: { input_tokens: 40, cache_read_input_tokens: 40, cache_creation_input_tokens: 20, output_tokens: 50 },
      }),
    },
    kinds: ['input-tokens', 'cached-tokens', 'written-tokens'],
  },
  {
    feature: 'tokens: reasoning',
    told: {
      'openai-chat': message(
        { content: 'Deep.' },
        { usage: { ...usage, completion_tokens_details: { reasoning_tokens: 30 } } },
      ),
      'anthropic-messages': content([words], {
        usage: { input_tokens: 100, output_tokens: 50, output_tokens_details: { thinking_tokens: 30 } },
      }),
    },
    kinds: ['output-tokens', 'reasoning-tokens'],
  },
];
