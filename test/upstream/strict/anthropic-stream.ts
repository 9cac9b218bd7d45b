import type { Json, JsonObject } from '../../../src/core/json.ts';

/** A message as the events of a stream, with a ping where the real one has it. */
export function messageStream(message: JsonObject & { readonly content: readonly JsonObject[] }): readonly string[] {
  const { content, stop_reason, stop_sequence, usage, ...head } = message;
  const { output_tokens, output_tokens_details, ...input } = usage as JsonObject;
  const start = { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...input, output_tokens: 1 } };
  const end = {
    output_tokens: output_tokens ?? 0,
    ...(output_tokens_details !== undefined && { output_tokens_details }),
  };
  return [
    frame('message_start', { message: start }),
    frame('ping', {}),
    ...content.flatMap((block, index) => blockFrames(block, index)),
    frame('message_delta', {
      delta: { stop_reason: stop_reason ?? null, stop_sequence: stop_sequence ?? null },
      usage: end,
    }),
    frame('message_stop', {}),
  ];
}

export function frame(type: string, members: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
}

function blockFrames(block: JsonObject, index: number): readonly string[] {
  const delta = (one: JsonObject): string => frame('content_block_delta', { index, delta: one });
  const opened = (content_block: JsonObject): string => frame('content_block_start', { index, content_block });
  const close = frame('content_block_stop', { index });
  switch (block['type']) {
    case 'text': {
      const pieces = piecesOf(block['text']).map((text) => delta({ type: 'text_delta', text }));
      return [opened({ type: 'text', text: '' }), ...pieces, close];
    }
    case 'thinking': {
      const pieces = piecesOf(block['thinking']).map((thinking) => delta({ type: 'thinking_delta', thinking }));
      const seal = delta({ type: 'signature_delta', signature: block['signature'] ?? '' });
      return [opened({ type: 'thinking', thinking: '', signature: '' }), ...pieces, seal, close];
    }
    case 'tool_use': {
      const pieces = ['', ...piecesOf(JSON.stringify(block['input']))];
      const said = pieces.map((partial_json) => delta({ type: 'input_json_delta', partial_json }));
      return [opened({ ...block, input: {} }), ...said, close];
    }
    default:
      return [opened(block), close];
  }
}

/** In threes of characters, so that even short texts come in several pieces. */
function piecesOf(text: Json | undefined): readonly string[] {
  const letters = [...String(text)];
  return Array.from({ length: Math.ceil(letters.length / 3) }, (_, at) => letters.slice(at * 3, at * 3 + 3).join(''));
}
