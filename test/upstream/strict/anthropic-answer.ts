import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { isThought } from './anthropic-blocks.ts';
import { messageStream } from './anthropic-stream.ts';
import { sampleOf } from './schema.ts';
import { sealOf } from './seal.ts';
import type { Answer } from './server.ts';

/** What the model knows of the conversation when it answers. */
interface Situation {
  readonly json: JsonObject;
  readonly thinks: boolean;
  /** The texts of the last question, and how many rounds of tools were gone through since. */
  readonly question: string;
  readonly rounds: number;
  readonly results: readonly string[];
}

/**
 * A model that does the same every time. `rounds=2` in a question makes it call tools in two rounds, two at once if it may;
 * `say …` makes it say that; otherwise it repeats the question, or tells what the tools said.
 */
export function messageAnswer(json: JsonObject, id: string, usageOf: (json: JsonObject) => JsonObject): Answer {
  const situation = situationOf(json);
  const { blocks, stop } = saidIn(situation);
  const thinking = tokensOf(JSON.stringify(blocks.filter(isThought)));
  const usage = {
    ...usageOf(json),
    output_tokens: tokensOf(JSON.stringify(blocks)),
    ...(situation.thinks && { output_tokens_details: { thinking_tokens: thinking } }),
    service_tier: 'standard',
  };
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model: json['model'] ?? null,
    content: blocks,
    ...stop,
    usage,
  };
  return json['stream'] === true ? { frames: messageStream(message) } : { body: message };
}

function situationOf(json: JsonObject): Situation {
  const { messages, thinking } = json;
  const turns = (Array.isArray(messages) ? messages : []).filter(isJsonObject);
  const asked = turns.findLastIndex((turn) => turn['role'] === 'user' && textIn(turn) !== '');
  const since = turns.slice(asked + 1);
  const results = turns
    .slice(asked)
    .flatMap(blocksIn)
    .filter(({ type }) => type === 'tool_result');
  return {
    json,
    thinks: isJsonObject(thinking) && thinking['type'] !== 'disabled',
    question: asked < 0 ? '' : textIn(turns[asked] ?? {}),
    rounds: since.filter((turn) => blocksIn(turn).some(({ type }) => type === 'tool_use')).length,
    results: results.map(({ content }) => (typeof content === 'string' ? content : textIn({ content: content ?? [] }))),
  };
}

function blocksIn({ content }: JsonObject): readonly JsonObject[] {
  return Array.isArray(content) ? content.filter(isJsonObject) : [];
}

function textIn(turn: JsonObject): string {
  const { content } = turn;
  if (typeof content === 'string') return content;
  return blocksIn(turn)
    .map(({ type, text }) => (type === 'text' ? String(text) : ''))
    .join('');
}

interface Said {
  readonly blocks: readonly JsonObject[];
  readonly stop: JsonObject;
}

function saidIn(situation: Situation): Said {
  const calls = callsOf(situation);
  const { tool_choice: choice } = situation.json;
  const thoughts = situation.thinks ? thoughtsOf(situation) : [];
  if (calls.length > 0) {
    // Where it must call it does so without a word.
    const free = !isJsonObject(choice) || choice['type'] === 'auto';
    const lead = free ? [{ type: 'text', text: `Round ${situation.rounds + 1}: I ask the tools.` }] : [];
    return { blocks: [...thoughts, ...lead, ...calls], stop: { stop_reason: 'tool_use', stop_sequence: null } };
  }
  const { text, stop } = ended(wordsOf(situation), situation.json);
  return { blocks: [...thoughts, { type: 'text', text }], stop };
}

/** A thought that is readable, and in every other round one that is not. */
function thoughtsOf({ question, rounds }: Situation): readonly JsonObject[] {
  const text = `Thinking about "${question}", round ${rounds + 1}.`;
  const plain = { type: 'thinking', thinking: text, signature: sealOf(text) };
  return rounds % 2 === 0 ? [plain] : [plain, { type: 'redacted_thinking', data: sealOf('redacted') }];
}

function callsOf({ json, question, rounds }: Situation): readonly JsonObject[] {
  const { tools, tool_choice: choice } = json;
  const offered = (Array.isArray(tools) ? tools : []).filter(isJsonObject).filter((tool) => 'input_schema' in tool);
  const { type = 'auto', name, disable_parallel_tool_use: serial } = isJsonObject(choice) ? choice : {};
  const wanted = type === 'any' || type === 'tool' ? 1 : Number(/rounds=(\d+)/.exec(question)?.[1] ?? 0);
  if (type === 'none' || rounds >= wanted) return [];
  const named = type === 'tool' ? offered.filter((tool) => tool['name'] === name) : offered;
  return named.slice(0, serial === true || type === 'tool' ? 1 : 2).map((tool, index) => ({
    type: 'tool_use',
    id: `toolu_${String(rounds + 1).padStart(2, '0')}${index}`,
    name: tool['name'] ?? '',
    input: sampleOf(tool['input_schema']),
  }));
}

function wordsOf({ json, question, results }: Situation): string {
  const output = json['output_config'];
  const format = isJsonObject(output) ? output['format'] : undefined;
  if (isJsonObject(format)) return JSON.stringify(sampleOf(format['schema']));
  if (results.length > 0) return `The tools said: ${results.join('; ')}.`;
  return /^say (.*)$/s.exec(question)?.[1] ?? `You said: ${question}`;
}

/** Cut at the first stop sequence, or at the limit. */
function ended(
  words: string,
  { stop_sequences: stops, max_tokens: most }: JsonObject,
): { text: string; stop: JsonObject } {
  const found = (Array.isArray(stops) ? stops.map(String) : []).find((one) => words.includes(one));
  if (found !== undefined) {
    const text = words.slice(0, words.indexOf(found));
    return { text, stop: { stop_reason: 'stop_sequence', stop_sequence: found } };
  }
  const kept = words.slice(0, Number(most) * 4);
  const whole = kept === words;
  return { text: kept, stop: { stop_reason: whole ? 'end_turn' : 'max_tokens', stop_sequence: null } };
}

/** Four bytes to a token. */
export function tokensOf(text: Json): number {
  return Math.ceil(Buffer.byteLength(String(text)) / 4);
}
