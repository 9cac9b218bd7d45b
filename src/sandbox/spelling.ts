import type { Json, JsonObject } from '../core/json.ts';
import type { Alternative, Answer, ToolCall, Usage } from './answer.ts';
import type { Piece } from './body.ts';
import { logprobsOf } from './logprobs.ts';
import type { ChatRequest } from './request.ts';

/** What an answer is signed with. */
export interface Signature {
  readonly id: string;
  /** Epoch seconds. */
  readonly created: number;
  /** A new id for a tool call. */
  readonly callId: () => string;
}

/**
 * A whole answer in OpenAI's spelling.
 * https://platform.openai.com/docs/api-reference/chat/object
 */
export function spelledWhole(answer: Answer, request: ChatRequest, signature: Signature): JsonObject {
  return {
    ...headOf('chat.completion', request, signature),
    choices: answer.alternatives.map((alternative, index) => ({
      index,
      message: messageOf(alternative, request, signature),
      logprobs: likelihoods(alternative.text, request),
      finish_reason: alternative.finish,
    })),
    ...(request.behaviour.noUsage === 1 ? {} : { usage: spelledUsage(answer.usage) }),
  };
}

/**
 * An answer as the frames of a stream: a role for each alternative, their tokens in turn, their ends, usage if asked for,
 * and `[DONE]`. https://platform.openai.com/docs/api-reference/chat-streaming
 */
export function* spelledStream(answer: Answer, request: ChatRequest, signature: Signature): Generator<Piece, void> {
  const withUsage = request.streamUsage && request.behaviour.noUsage !== 1;
  const head = headOf('chat.completion.chunk', request, signature);
  const frame = (choices: readonly Json[], usage: Json): string =>
    `data: ${JSON.stringify({ ...head, choices, ...(withUsage ? { usage } : {}) })}\n\n`;
  const chunk = (index: number, delta: JsonObject, ending: Ending): string =>
    frame([{ index, delta, logprobs: ending.logprobs ?? null, finish_reason: ending.finish ?? null }], null);

  let position = 0;
  for (const [index, alternative] of answer.alternatives.entries()) {
    const content = alternative.calls.length === 0 ? '' : null;
    yield { text: chunk(index, { role: 'assistant', content, refusal: null }, {}), position };
  }
  const lines = answer.alternatives.map((alternative) => deltasOf(alternative, request, signature));
  const longest = Math.max(...lines.map((line) => line.length));
  for (let turn = 0; turn < longest; turn += 1) {
    for (const [index, line] of lines.entries()) {
      const step = line[turn];
      if (step === undefined) continue;
      yield { text: chunk(index, step.delta, { logprobs: step.logprobs }), position };
      position += step.tokens;
    }
  }
  for (const [index, alternative] of answer.alternatives.entries()) {
    yield { text: chunk(index, {}, { finish: alternative.finish }), position };
  }
  if (withUsage) yield { text: frame([], spelledUsage(answer.usage)), position };
  yield { text: 'data: [DONE]\n\n', position };
}

interface Ending {
  readonly logprobs?: Json;
  readonly finish?: string;
}

interface Step {
  readonly delta: JsonObject;
  readonly logprobs: Json;
  readonly tokens: number;
}

function headOf(object: string, request: ChatRequest, signature: Signature): JsonObject {
  return {
    id: signature.id,
    object,
    created: signature.created,
    model: `sandbox/${request.model}`,
    system_fingerprint: 'sandbox',
    ...(request.serviceTier === undefined ? {} : { service_tier: 'default' }),
  };
}

function messageOf(alternative: Alternative, request: ChatRequest, signature: Signature): JsonObject {
  const calls = alternative.calls.map((call) => spelledCall(call, call.input.join(''), signature));
  const [first] = alternative.calls;
  const content = first === undefined ? alternative.text.join('') : null;
  const head = { role: 'assistant', content, refusal: null, annotations: [] };
  if (first === undefined) return head;
  if (!request.toolbox.legacy) return { ...head, tool_calls: calls };
  return { ...head, function_call: { name: first.tool.name, arguments: first.input.join('') } };
}

function spelledCall(call: ToolCall, input: string, signature: Signature): JsonObject {
  const { kind, name } = call.tool;
  const id = signature.callId();
  return kind === 'function'
    ? { id, type: 'function', function: { name, arguments: input } }
    : { id, type: 'custom', custom: { name, input } };
}

function deltasOf(alternative: Alternative, request: ChatRequest, signature: Signature): readonly Step[] {
  const texts = alternative.text.map((token) => ({
    delta: { content: token },
    logprobs: likelihoods([token], request),
    tokens: 1,
  }));
  return [...texts, ...alternative.calls.flatMap((call, index) => callDeltas(call, index, { request, signature }))];
}

function callDeltas(
  call: ToolCall,
  index: number,
  context: { request: ChatRequest; signature: Signature },
): readonly Step[] {
  const { legacy } = context.request.toolbox;
  const begin = legacy
    ? { function_call: { name: call.tool.name, arguments: '' } }
    : { tool_calls: [{ index, ...spelledCall(call, '', context.signature) }] };
  const pieces = call.input.map((token) => ({
    delta: inputDelta(call, index, { token, legacy }),
    logprobs: null,
    tokens: 1,
  }));
  return [{ delta: begin, logprobs: null, tokens: 0 }, ...pieces];
}

function inputDelta(call: ToolCall, index: number, { token, legacy }: { token: string; legacy: boolean }): JsonObject {
  if (legacy) return { function_call: { arguments: token } };
  if (call.tool.kind === 'function') return { tool_calls: [{ index, function: { arguments: token } }] };
  return { tool_calls: [{ index, custom: { input: token } }] };
}

function likelihoods(tokens: readonly string[], request: ChatRequest): Json {
  return request.topLogprobs === undefined || tokens.length === 0 ? null : logprobsOf(tokens, request.topLogprobs);
}

function spelledUsage(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.prompt,
    completion_tokens: usage.completion,
    total_tokens: usage.prompt + usage.completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: usage.promptAudio },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
