/** What a simulated vendor says, in OpenAI's or Anthropic's words. */
export interface Said {
  readonly vendor: 'openai' | 'anthropic';
  readonly model: string;
  /** Output tokens of each alternative. */
  readonly outputs: readonly number[];
  /** What it says it counted; absent if it says nothing. */
  readonly usage: SaidUsage | undefined;
  /** When it is told in a stream: with the last frame, with the first, or twice. */
  readonly when: 'last' | 'twice';
}

export interface SaidUsage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** What may stand in the place of a usage object. */
export type OddUsage = 'null' | 'negative' | 'text';

/** A token is five bytes of text, so that nobody who counts bytes comes to less. */
const token = 'abcd ';

export function wholeAnswer({ vendor, model, outputs, usage }: Said, odd?: OddUsage): string {
  if (vendor === 'anthropic') {
    const content = [{ type: 'text', text: token.repeat(outputs[0] ?? 0) }];
    const told = usageOf('anthropic', usage, odd);
    return JSON.stringify({
      ...{ id: 'msg_1', type: 'message', role: 'assistant', model, content, stop_reason: 'end_turn' },
      stop_sequence: null,
      ...(told === undefined ? {} : { usage: told }),
    });
  }
  const choices = outputs.map((tokens, index) => ({
    index,
    message: { role: 'assistant', content: token.repeat(tokens) },
    finish_reason: 'stop',
  }));
  const told = usageOf('openai', usage, odd);
  return JSON.stringify({
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model, choices },
    ...(told === undefined ? {} : { usage: told }),
  });
}

/** A frame, with the tokens that it carries. */
export interface SaidFrame {
  readonly text: string;
  readonly tokens: number;
}

/** A stream's frames, the text cut into so many pieces for each alternative. */
export function streamedAnswer(said: Said, pieces: number, odd?: OddUsage): readonly SaidFrame[] {
  return said.vendor === 'anthropic' ? anthropicFrames(said, pieces, odd) : openaiFrames(said, pieces, odd);
}

function openaiFrames({ model, outputs, usage, when }: Said, pieces: number, odd?: OddUsage): readonly SaidFrame[] {
  const common = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model };
  const frame = (choices: readonly object[], more: object = {}, tokens = 0): SaidFrame => ({
    text: `data: ${JSON.stringify({ ...common, choices, ...more })}\n\n`,
    tokens,
  });
  const told = usageOf('openai', usage, odd);
  const usageFrame = told === undefined ? [] : [frame([], { usage: told })];
  return [
    ...outputs.flatMap((tokens, index) =>
      shares(tokens, pieces).map((share) =>
        frame([{ index, delta: { content: token.repeat(share) }, finish_reason: null }], {}, share),
      ),
    ),
    ...outputs.map((_, index) => frame([{ index, delta: {}, finish_reason: 'stop' }])),
    ...usageFrame,
    ...(when === 'twice' ? usageFrame : []),
    { text: 'data: [DONE]\n\n', tokens: 0 },
  ];
}

function anthropicFrames({ model, outputs, usage, when }: Said, pieces: number, odd?: OddUsage): readonly SaidFrame[] {
  const frame = (type: string, more: object, tokens = 0): SaidFrame => ({
    text: `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`,
    tokens,
  });
  const begun =
    usage === undefined
      ? {}
      : {
          usage: { input_tokens: usage.input - usage.cached, cache_read_input_tokens: usage.cached, output_tokens: 1 },
        };
  const told = usageOf('anthropic', usage, odd);
  const ended = frame('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    ...(told === undefined ? {} : { usage: told }),
  });
  return [
    frame('message_start', {
      message: { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], stop_reason: null, ...begun },
    }),
    frame('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...shares(outputs[0] ?? 0, pieces).map((share) =>
      frame('content_block_delta', { index: 0, delta: { type: 'text_delta', text: token.repeat(share) } }, share),
    ),
    frame('content_block_stop', { index: 0 }),
    ended,
    ...(when === 'twice' ? [ended] : []),
    frame('message_stop', {}),
  ];
}

function usageOf(vendor: Said['vendor'], usage: SaidUsage | undefined, odd: OddUsage | undefined): unknown {
  if (odd === 'null') return null;
  if (usage === undefined) return undefined;
  const { input, cached, output: truth } = usage;
  const output = odd === 'negative' ? -truth : odd === 'text' ? String(truth) : truth;
  if (vendor === 'anthropic')
    return { input_tokens: input - cached, cache_read_input_tokens: cached, output_tokens: output };
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + truth,
    prompt_tokens_details: { cached_tokens: cached },
  };
}

function shares(tokens: number, pieces: number): readonly number[] {
  const each = Math.max(1, Math.ceil(tokens / pieces));
  return Array.from({ length: Math.ceil(tokens / each) }, (_, index) => Math.min(each, tokens - index * each));
}
