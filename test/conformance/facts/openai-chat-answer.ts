import type { Json, JsonObject } from '../../../src/core/json.ts';
import { counted } from '../../sdk/recorded-usage.ts';
import { canonical, canonicalText, listOf, objectOf, textOf } from './exact-json.ts';
import type { Fact } from './fact.ts';
import { type Notes, takeNotes } from './notes.ts';
import { inner, noteText, type Spot } from './spot.ts';
import { noteTokens } from './tokens.ts';

/** What a whole chat completion says, or a stream of its chunks once joined. https://platform.openai.com/docs/api-reference/chat/object */
export function openaiAnswerFacts(wire: JsonObject): readonly Fact[] {
  const notes = takeNotes();
  const [first, ...others] = listOf(wire['choices']).map(objectOf);
  noteText({ notes, at: 'model' }, 'model', wire['model']);
  if (first !== undefined) noteChoice(first, { notes, at: 'choices[0]' });
  for (const [index, choice] of others.entries()) {
    notes.note('choices', canonicalText(JSON.stringify(choice['message'] ?? null)), `choices[${index + 1}]`);
  }
  noteUsage(wire, notes);
  return notes.said();
}

function noteChoice(choice: JsonObject, spot: Spot): void {
  const said = inner(spot, 'message');
  const message = objectOf(choice['message']);
  noteThought(message, said);
  noteContent(message['content'], inner(said, 'content'));
  noteText(inner(said, 'refusal'), 'assistant-text', message['refusal']);
  noteText(inner(said, 'audio.transcript'), 'assistant-text', objectOf(message['audio'])['transcript']);
  for (const [index, one] of listOf(message['tool_calls']).entries()) {
    noteCall(objectOf(one), inner(inner(said, 'tool_calls'), index));
  }
  for (const name of ['function_call', 'audio', 'executed_tools']) {
    const found = message[name] ?? null;
    if (found !== null && listOf(found).length + Object.keys(objectOf(found)).length > 0) {
      spot.notes.note('member', name, `${said.at}.${name}`);
    }
  }
  for (const one of listOf(message['annotations']).map(objectOf)) {
    const { url, title } = objectOf(one['url_citation']);
    if (one['type'] === 'url_citation') spot.notes.note('citation', `${url} ${title}`, `${said.at}.annotations`);
    else spot.notes.note('member', `annotation ${textOf(one['type'])}`, `${said.at}.annotations`);
  }
  if ((choice['logprobs'] ?? null) !== null) spot.notes.note('member', 'logprobs', `${spot.at}.logprobs`);
  const finish = choice['finish_reason'];
  if (typeof finish === 'string') spot.notes.note('finish', finishOf(finish, message), `${spot.at}.finish_reason`);
}

/** Some vendors call it a stop although there are calls; and a refusal is told by its text alone. */
function finishOf(word: string, message: JsonObject): string {
  const finish = finishes[word] ?? word;
  if (finish !== 'stop') return finish;
  if (textOf(message['refusal']) !== '') return 'content-filter';
  return listOf(message['tool_calls']).length > 0 ? 'tool-calls' : finish;
}

const finishes: Readonly<Record<string, string>> = {
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  '': 'stop',
  eos_token: 'stop',
  eos: 'stop',
};

/** Vendors say one and the same thought in up to three places. */
function noteThought(message: JsonObject, spot: Spot): void {
  const details = listOf(message['reasoning_details']).map(objectOf);
  const detailed = details.map((one) => textOf(one['text'] ?? one['summary'])).join('');
  const told = [message['reasoning_content'], message['reasoning'], detailed].map((one) => textOf(one));
  for (const text of new Set(told)) noteText(inner(spot, 'reasoning_content'), 'thought', text);
  for (const { signature, data } of details) noteText(inner(spot, 'reasoning_details'), 'seal', signature ?? data);
}

function noteContent(content: Json | undefined, spot: Spot): void {
  noteText(spot, 'assistant-text', content);
  for (const [index, part] of listOf(content).map(objectOf).entries()) {
    const here = inner(spot, index);
    noteText(here, 'assistant-text', part['text']);
    const thoughts = part['thinking'];
    noteText(here, 'thought', thoughts);
    for (const one of listOf(thoughts)) noteText(here, 'thought', objectOf(one)['text']);
  }
}

function noteCall(call: JsonObject, { notes, at }: Spot): void {
  const made = objectOf(call['function']);
  const custom = objectOf(call['custom']);
  if (call['type'] === 'custom') notes.note('custom-call', `${custom['name']} ${custom['input']}`, at);
  else notes.note('call', `${made['name']} ${argumentsOf(made)}`, at);
}

/** A text, but for some vendors who give the object itself. */
function argumentsOf({ arguments: said = '' }: JsonObject): string {
  return typeof said === 'string' ? canonicalText(said) : canonical(said);
}

/** Groq tells a stream's usage in a place of its own. */
function noteUsage(wire: JsonObject, notes: Notes): void {
  const usage = objectOf(wire['usage'] ?? objectOf(wire['x_groq'])['usage']);
  const tokens = counted(usage);
  if (tokens === undefined) return;
  const written =
    objectOf(usage['prompt_tokens_details'])['cache_write_tokens'] ?? usage['cache_creation_input_tokens'];
  noteTokens(notes, { ...tokens, written: Number(written ?? 0) });
}
