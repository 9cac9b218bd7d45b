import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { tokensOf } from './anthropic-answer.ts';
import { chunkFrames } from './openai-stream.ts';
import { sampleOf } from './schema.ts';
import type { Answer } from './server.ts';

/** The same model as Anthropic's fake, in OpenAI's words: `rounds=2` in a question makes it call tools twice. */
export function chatAnswer(json: JsonObject, id: string): Answer {
  const { model, n, stream } = json;
  const said = saidIn(json);
  const choices = Array.from({ length: Number(n ?? 1) }, (_, index) => ({ index, ...said }));
  const { message } = said;
  const usage = usageOf(json, JSON.stringify([message['content'] ?? '', message['tool_calls'] ?? '']), choices.length);
  const completion = {
    id,
    created: 1_790_000_000,
    model: model ?? null,
    service_tier: 'default',
    system_fingerprint: 'fp_1',
  };
  if (stream === true) return { frames: chunkFrames({ completion, choices, usage, options: json['stream_options'] }) };
  return { body: { ...completion, object: 'chat.completion', choices, usage } };
}

export interface SaidChoice {
  readonly message: JsonObject;
  readonly logprobs: JsonObject | null;
  readonly finish_reason: string;
}

function saidIn(json: JsonObject): SaidChoice {
  const messages = listed(json['messages']).filter(isJsonObject);
  const asked = messages.findLastIndex(({ role, content }) => role === 'user' && textIn(content) !== '');
  const since = messages.slice(asked + 1);
  const question = textIn(messages[asked]?.['content']);
  const rounds = since.filter(({ tool_calls: calls }) => listed(calls).length > 0).length;
  const calls = callsOf(json, question, rounds);
  if (calls.length > 0) {
    const message = { role: 'assistant', content: null, tool_calls: calls, refusal: null, annotations: [] };
    return { message, logprobs: null, finish_reason: 'tool_calls' };
  }
  const results = since.filter(({ role }) => role === 'tool').map(({ content }) => textIn(content));
  const { text, finish } = ended(wordsOf(json, question, results), json);
  const message = { role: 'assistant', content: text, refusal: null, annotations: [] };
  return { message, logprobs: logprobsOf(text, json), finish_reason: finish };
}

function listed(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function textIn(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return listed(content)
    .filter(isJsonObject)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('');
}

function callsOf(json: JsonObject, question: string, rounds: number): readonly JsonObject[] {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = json;
  const offered = listed(tools).flatMap((tool) =>
    isJsonObject(tool) && isJsonObject(tool['function']) ? [tool['function']] : [],
  );
  const named = isJsonObject(choice) && isJsonObject(choice['function']) ? choice['function']['name'] : undefined;
  const forced = choice === 'required' || named !== undefined;
  const wanted = forced ? 1 : Number(/rounds=(\d+)/.exec(question)?.[1] ?? 0);
  if (choice === 'none' || rounds >= wanted) return [];
  const asked = named === undefined ? offered : offered.filter(({ name }) => name === named);
  return asked.slice(0, parallel === false || named !== undefined ? 1 : 2).map(({ name, parameters }, index) => ({
    id: `call_${String(rounds + 1).padStart(2, '0')}${index}`,
    type: 'function',
    function: { name: name ?? '', arguments: JSON.stringify(sampleOf(parameters)) },
  }));
}

function wordsOf({ response_format: format }: JsonObject, question: string, results: readonly string[]): string {
  if (isJsonObject(format) && isJsonObject(format['json_schema'])) {
    return JSON.stringify(sampleOf(format['json_schema']['schema']));
  }
  if (results.length > 0) return `The tools said: ${results.join('; ')}.`;
  return /^say (.*)$/s.exec(question)?.[1] ?? `You said: ${question}`;
}

function ended(
  words: string,
  { stop, max_tokens, max_completion_tokens }: JsonObject,
): { text: string; finish: string } {
  const stops = typeof stop === 'string' ? [stop] : listed(stop).map(String);
  const found = stops.find((one) => words.includes(one));
  if (found !== undefined) return { text: words.slice(0, words.indexOf(found)), finish: 'stop' };
  const most = Number(max_completion_tokens ?? max_tokens ?? 1_000_000) * 4;
  return { text: words.slice(0, most), finish: words.length > most ? 'length' : 'stop' };
}

function logprobsOf(text: string, { logprobs, top_logprobs: top }: JsonObject): JsonObject | null {
  if (logprobs !== true) return null;
  const one = { token: text, logprob: -0.5, bytes: [...Buffer.from(text)] };
  return { content: [{ ...one, top_logprobs: Array.from({ length: Number(top ?? 0) }, () => one) }], refusal: null };
}

/** A quarter of the output is reasoning where the model reasons; the part of a prompt above a thousand tokens was cached. */
function usageOf(json: JsonObject, said: string, choices: number): JsonObject {
  const prompt = tokensOf(JSON.stringify(json['messages']) + JSON.stringify(json['tools'] ?? ''));
  const visible = tokensOf(said) * choices;
  const reasoning = (json['reasoning_effort'] ?? 'none') === 'none' ? 0 : Math.ceil(visible / 3);
  return {
    prompt_tokens: prompt,
    completion_tokens: visible + reasoning,
    total_tokens: prompt + visible + reasoning,
    prompt_tokens_details: { cached_tokens: Math.max(0, prompt - 1000), audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
