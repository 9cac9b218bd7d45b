import type { Json, JsonObject } from '../../../src/core/json.ts';
import { canonical, canonicalText, listOf, objectOf, textOf } from './exact-json.ts';
import type { Fact, FactKind } from './fact.ts';
import { mediumOfUrl } from './media.ts';
import { type Notes, takeNotes } from './notes.ts';
import { noteOpenaiSettings } from './openai-chat-settings.ts';
import { noteSchema } from './settings.ts';
import { inner, noteText, type Spot, skipped } from './spot.ts';

/** What a chat completion's request says. https://platform.openai.com/docs/api-reference/chat/create */
export function openaiRequestFacts(wire: JsonObject): readonly Fact[] {
  const notes = takeNotes();
  notes.skip('model', 'stream_options');
  for (const [index, message] of listOf(wire['messages']).entries()) {
    noteMessage(objectOf(message), { notes, at: `messages[${index}]` });
  }
  notes.leave();
  noteTools(wire, notes);
  noteOpenaiSettings(wire, notes);
  return notes.facts(wire);
}

function noteMessage(message: JsonObject, spot: Spot): void {
  const role = textOf(message['role']);
  const kind = textKinds[role];
  // A role that only some know is left to be told as members.
  if (kind === undefined) return;
  skipped(spot, 'role');
  if (role === 'system' || role === 'developer') spot.notes.leave();
  else spot.notes.turn(role === 'assistant' ? 'model' : 'asker');
  noteCache(message, spot, 'message');
  if (role === 'tool') {
    noteResult(message, spot);
    return;
  }
  noteThought(message, spot);
  noteCitations(message['annotations'], inner(spot, 'annotations'));
  noteContent(message['content'], inner(spot, 'content'), kind);
  noteRefusal(message['refusal'], inner(spot, 'refusal'), inner(spot, 'refusal'));
  for (const [index, call] of listOf(message['tool_calls']).entries()) {
    noteCall(objectOf(call), inner(inner(spot, 'tool_calls'), index));
  }
}

/** Its words, and that they are a refusal. */
function noteRefusal(text: Json | undefined, words: Spot, sort: Spot): void {
  noteText(words, 'assistant-text', text);
  if (typeof text === 'string' && text !== '') sort.notes.note('refusal', 'yes', sort.at);
}

/** Vendors have several names for it, and some use two at once. */
function noteThought(message: JsonObject, spot: Spot): void {
  const { reasoning_content: one = null, reasoning: other = null, reasoning_details: details = null } = message;
  const detailed = listOf(details).map((detail) => textOf(objectOf(detail)['text']));
  noteText(inner(spot, 'reasoning_content'), 'history-thought', one);
  if (other === one || (other !== '' && other === detailed.join(''))) skipped(spot, 'reasoning');
  else noteText(inner(spot, 'reasoning'), 'history-thought', other);
}

function noteCitations(annotations: Json | undefined, spot: Spot): void {
  for (const [index, one] of listOf(annotations).map(objectOf).entries()) {
    const here = inner(spot, index);
    const { url = null, title = null } = objectOf(one['url_citation']);
    skipped(here, 'type', 'url_citation.title');
    here.notes.note('citation', `${url} ${title}`, `${here.at}.url_citation.url`);
  }
}

const textKinds: Readonly<Record<string, FactKind>> = {
  system: 'system-text',
  developer: 'system-text',
  user: 'user-text',
  assistant: 'assistant-text',
  tool: 'result',
};

function noteContent(content: Json | undefined, spot: Spot, kind: FactKind): void {
  noteText(spot, kind, content);
  for (const [index, part] of listOf(content).entries()) notePart(objectOf(part), inner(spot, index), kind);
}

function notePart(part: JsonObject, spot: Spot, kind: FactKind): void {
  const type = textOf(part['type']);
  if (!knownParts.has(type)) return;
  skipped(spot, 'type');
  noteCache(part, spot, 'block');
  if (type === 'text') noteText(inner(spot, 'text'), kind, part['text']);
  if (type === 'refusal') noteRefusal(part['refusal'], inner(spot, 'refusal'), inner(spot, 'type'));
  if (type === 'image_url') noteImage(part['image_url'], inner(spot, 'image_url'));
  if (type === 'file') noteFile(objectOf(part['file']), inner(spot, 'file'));
  const { notes, at } = spot;
  if (type === 'document_url') notes.note('file', mediumOfUrl(textOf(part[type])), `${at}.document_url`);
  noteText(inner(spot, 'document_name'), 'file-name', part['document_name']);
  if (type === 'input_audio') notes.note('audio', canonical(part[type] ?? null), `${at}.input_audio`);
}

const knownParts = new Set(['text', 'refusal', 'image_url', 'document_url', 'input_audio', 'file']);

function noteImage(image: Json | undefined, { notes, at }: Spot): void {
  const { url, detail } = objectOf(image);
  if (typeof image === 'string') notes.note('image', mediumOfUrl(image), at);
  else notes.note('image', mediumOfUrl(textOf(url)), `${at}.url`);
  if (detail === 'auto') notes.skip(`${at}.detail`);
  else if (typeof detail === 'string') notes.note('image-detail', detail, `${at}.detail`);
}

function noteFile({ file_data: bytes, file_id: id, filename }: JsonObject, { notes, at }: Spot): void {
  if (typeof bytes === 'string') notes.note('file', mediumOfUrl(bytes), `${at}.file_data`);
  if (typeof id === 'string') notes.note('file', `stored ${id}`, `${at}.file_id`);
  if (typeof filename === 'string') notes.note('file-name', filename, `${at}.filename`);
}

function noteCall(call: JsonObject, spot: Spot): void {
  const { notes, at } = spot;
  const custom = objectOf(call['custom']);
  const made = objectOf(call['function']);
  skipped(spot, 'id', 'type', 'index');
  noteCache(call, spot, 'call');
  notes.call(textOf(call['id']));
  if (call['type'] === 'custom') notes.note('custom-call', `${custom['name']} ${custom['input']}`, `${at}.custom`);
  else notes.note('call', `${made['name']} ${canonicalText(textOf(made['arguments']))}`, `${at}.function`);
}

function noteResult({ content = null, tool_call_id: id = null, ...rest }: JsonObject, spot: Spot): void {
  const pieces = listOf(content).map(objectOf);
  const text = typeof content === 'string' ? content : pieces.map((part) => textOf(part['text'])).join('');
  spot.notes.note('result', `${spot.notes.answered(textOf(id))}: ${text}`, `${spot.at}.tool_call_id`);
  // What only names the tool once more: the call has its name.
  if (typeof rest['name'] === 'string') skipped(spot, 'name');
  if (typeof content === 'string') skipped(spot, 'content');
  for (const [index, part] of pieces.entries()) {
    const here = inner(inner(spot, 'content'), index);
    if (part['type'] === 'text') skipped(here, 'type', 'text');
    else notePart(part, here, 'result');
    noteCache(part, here, 'result');
  }
}

function noteCache(holder: JsonObject, { notes, at }: Spot, of: string): void {
  for (const name of ['cache_control', 'prompt_cache_breakpoint']) {
    const found = holder[name];
    if ((found ?? null) !== null) notes.note('cache', `${of} ${textOf(objectOf(found)['ttl'])}`, `${at}.${name}`);
  }
}

function noteTools(wire: JsonObject, notes: Notes): void {
  const tools = listOf(wire['tools']).map(objectOf);
  const choice = wire['tool_choice'];
  const allowed = listOf(objectOf(objectOf(choice)['allowed_tools'])['tools']);
  const known = allowed.every((one) => objectOf(one)['type'] === 'function');
  const names = known ? allowed.map((one) => textOf(objectOf(objectOf(one)['function'])['name'])) : [];
  for (const [index, tool] of tools.entries()) {
    const spot = { notes, at: `tools[${index}]` };
    const made = objectOf(tool['function']);
    noteCache(tool, spot, 'tool');
    if (tool['type'] === 'custom') notes.note('custom-tool', canonical(tool), spot.at);
    else if (tool['function'] === undefined) notes.note('hosted-tool', canonical(tool), spot.at);
    else if (names.length > 0 && !names.includes(textOf(made['name']))) notes.skip(spot.at);
    else noteFunction(made, spot);
  }
  noteChoice(tools.length > 0 ? choice : undefined, notes);
  if (wire['parallel_tool_calls'] !== false || tools.length === 0) notes.skip('parallel_tool_calls');
  else notes.note('parallel', 'no', 'parallel_tool_calls');
}

function noteFunction({ name, description, parameters, strict }: JsonObject, spot: Spot): void {
  const { notes } = spot;
  const at = `${spot.at}.function`;
  skipped(spot, 'type');
  notes.note('tool', textOf(name), `${at}.name`);
  if (textOf(description) !== '') notes.note('tool-description', `${name}: ${description}`, `${at}.description`);
  noteSchema(notes, parameters, { kind: 'tool-schema', at: `${at}.parameters`, of: textOf(name) });
  if (strict === true) notes.note('tool-strict', textOf(name), `${at}.strict`);
  else notes.skip(`${at}.strict`);
}

function noteChoice(choice: Json | undefined, notes: Notes): void {
  const said = choiceIn(choice);
  if (said === 'auto') notes.skip('tool_choice');
  else notes.note('tool-choice', said, 'tool_choice');
}

function choiceIn(choice: Json | undefined): string {
  // Mistral's word.
  if (typeof choice === 'string') return choice === 'any' ? 'required' : choice;
  const { type = 'auto', function: made, custom, allowed_tools: allowed } = objectOf(choice);
  if (type === 'auto') return type;
  if (type === 'allowed_tools') return textOf(objectOf(allowed)['mode']);
  return `named ${textOf(objectOf(made ?? custom)['name'])}`;
}
