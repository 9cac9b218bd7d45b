import type { OutboundRequest } from '../../src/core/ports.ts';
import { askedOf, type FakeAnswer } from './fake-upstream.ts';

export type Block = Readonly<Record<string, unknown>>;

export interface Said {
  readonly content: readonly Block[];
  readonly stop_reason?: string;
  readonly stop_sequence?: string;
}

/** An answer as Anthropic gives it, whole or streamed as it was asked for: thoughts and texts in two pieces, seals at their end. */
export function anthropicSays(request: OutboundRequest, said: Said): FakeAnswer {
  const { model, stream } = askedOf(request);
  const { content, stop_reason = 'end_turn', stop_sequence = null } = said;
  const usage = { input_tokens: 20, cache_read_input_tokens: 5, cache_creation_input_tokens: 2, output_tokens: 30 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model };
  if (stream !== true) {
    const whole = { ...message, content, stop_reason, stop_sequence, usage };
    return { headers: { 'content-type': 'application/json', 'request-id': 'up_1' }, pieces: [JSON.stringify(whole)] };
  }
  const begun = {
    ...message,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  };
  return {
    headers: { 'content-type': 'text/event-stream', 'request-id': 'up_1' },
    pieces: [
      frame({ type: 'message_start', message: begun }),
      frame({ type: 'ping' }),
      ...content.flatMap(blockFrames),
      frame({ type: 'message_delta', delta: { stop_reason, stop_sequence }, usage: { output_tokens: 30 } }),
      frame({ type: 'message_stop' }),
    ],
  };
}

function blockFrames(block: Block, index: number): readonly string[] {
  const deltas = deltasOf(block);
  const opened = deltas.length === 0 ? block : { ...block, ...emptied(block) };
  return [
    frame({ type: 'content_block_start', index, content_block: opened }),
    ...deltas.map((delta) => frame({ type: 'content_block_delta', index, delta })),
    frame({ type: 'content_block_stop', index }),
  ];
}

function emptied({ type }: Block): Block {
  if (type === 'thinking') return { thinking: '', signature: '' };
  return type === 'tool_use' ? { input: {} } : { text: '' };
}

function deltasOf(block: Block): readonly Block[] {
  const halves = (text: string): readonly string[] => [text.slice(0, 3), text.slice(3)].filter((half) => half !== '');
  switch (block['type']) {
    case 'thinking':
      return [
        ...halves(String(block['thinking'])).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: block['signature'] },
      ];
    case 'text':
      return halves(String(block['text'])).map((text) => ({ type: 'text_delta', text }));
    case 'tool_use':
      return halves(JSON.stringify(block['input'])).map((json) => ({ type: 'input_json_delta', partial_json: json }));
    default:
      return [];
  }
}

export function frame(data: { readonly type: string; readonly [member: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
