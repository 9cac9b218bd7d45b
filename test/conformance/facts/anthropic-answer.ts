import type { JsonObject } from '../../../src/core/json.ts';
import { canonical, listOf, objectOf, textOf } from './exact-json.ts';
import type { Fact } from './fact.ts';
import { takeNotes } from './notes.ts';
import { inner, noteText, type Spot } from './spot.ts';
import { noteTokens } from './tokens.ts';

/** What a whole message says, or a stream of events once joined. https://docs.claude.com/en/api/messages */
export function anthropicAnswerFacts(wire: JsonObject): readonly Fact[] {
  const notes = takeNotes();
  noteText({ notes, at: 'model' }, 'model', wire['model']);
  for (const [index, block] of listOf(wire['content']).map(objectOf).entries()) {
    noteBlock(block, { notes, at: `content[${index}]` });
  }
  const { stop_reason: reason, stop_sequence: hit } = wire;
  if (typeof reason === 'string') notes.note('finish', finishOf(reason, wire), 'stop_reason');
  if (typeof hit === 'string') notes.note('stop-hit', hit, 'stop_sequence');
  const usage = objectOf(wire['usage']);
  const count = (name: string): number => Math.max(Number(usage[name] ?? 0), passes(usage, name));
  const [cached, written] = [count('cache_read_input_tokens'), count('cache_creation_input_tokens')];
  noteTokens(notes, {
    input: count('input_tokens') + cached + written,
    cached,
    written,
    output: count('output_tokens'),
    reasoning: Number(objectOf(usage['output_tokens_details'])['thinking_tokens'] ?? 0),
  });
  return notes.said();
}

const finishes: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
};

/** Some vendors end a turn although they call. */
function finishOf(reason: string, { content }: JsonObject): string {
  const finish = finishes[reason] ?? 'other';
  const calls = listOf(content).some((block) => objectOf(block)['type'] === 'tool_use');
  return finish === 'stop' && calls ? 'tool-calls' : finish;
}

function noteBlock(block: JsonObject, spot: Spot): void {
  const { notes, at } = spot;
  switch (block['type']) {
    case 'text':
      noteText(inner(spot, 'text'), 'assistant-text', block['text']);
      for (const one of listOf(block['citations']).map(objectOf)) noteCitation(objectOf(one['citation'] ?? one), spot);
      return;
    case 'thinking':
      noteText(inner(spot, 'thinking'), 'thought', block['thinking']);
      noteText(inner(spot, 'signature'), 'seal', block['signature']);
      return;
    case 'redacted_thinking':
      noteText(inner(spot, 'data'), 'seal', block['data']);
      return;
    case 'tool_use':
      notes.note('call', `${block['name']} ${canonical(block['input'] ?? {})}`, at);
      return;
    default:
      notes.note('member', textOf(block['type']), at);
  }
}

/** Of the kinds there are, only those that name a page of the web have a word elsewhere. */
function noteCitation({ type, url, title }: JsonObject, { notes, at }: Spot): void {
  if (type === 'web_search_result_location') notes.note('citation', `${url} ${title}`, `${at}.citations`);
  else notes.note('member', `citation ${textOf(type)}`, `${at}.citations`);
}

/** All passes that were made for an answer; the top level may tell the last one alone. */
function passes({ iterations }: JsonObject, name: string): number {
  return listOf(iterations).reduce<number>((sum, one) => sum + Number(objectOf(one)[name] ?? 0), 0);
}
