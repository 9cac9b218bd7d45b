import type { ChatEvent } from '../../src/core/chat.ts';
import type { JsonObject } from '../../src/core/json.ts';

export const text = (words: string): ChatEvent => ({ type: 'text-delta', choice: 0, text: words });

export const started = (index: number, block: JsonObject): JsonObject => ({
  type: 'content_block_start',
  index,
  content_block: block,
});

export const delta = (index: number, said_: JsonObject): JsonObject => ({
  type: 'content_block_delta',
  index,
  delta: said_,
});

export const stopped = (index: number): JsonObject => ({ type: 'content_block_stop', index });

export const tool = (name: string): JsonObject => ({ type: 'tool_use', id: `call_${name}`, name, input: {} });

export const json = (index: number, partial: string): JsonObject =>
  delta(index, { type: 'input_json_delta', partial_json: partial });

export const words = (index: number, one: string): JsonObject => delta(index, { type: 'text_delta', text: one });
