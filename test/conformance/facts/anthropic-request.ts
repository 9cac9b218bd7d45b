import type { Json, JsonObject } from '../../../src/core/json.ts';
import { noteAnthropicSettings } from './anthropic-settings.ts';
import { canonical, listOf, objectOf, textOf } from './exact-json.ts';
import type { Fact, FactKind } from './fact.ts';
import { mediumOfBase64, mediumOfText } from './media.ts';
import { type Notes, takeNotes } from './notes.ts';
import { noteSchema } from './settings.ts';
import { inner, noteText, type Spot, skipped } from './spot.ts';

/** What a request to Anthropic's messages says. https://docs.claude.com/en/api/messages */
export function anthropicRequestFacts(wire: JsonObject): readonly Fact[] {
  const notes = takeNotes();
  notes.skip('model', 'anthropic_version');
  noteContent(wire['system'], { notes, at: 'system' }, 'system-text');
  for (const [index, message] of listOf(wire['messages']).entries()) {
    noteMessage(objectOf(message), { notes, at: `messages[${index}]` });
  }
  notes.leave();
  noteCache(wire, { notes, at: '' }, 'request');
  noteTools(wire, notes);
  noteAnthropicSettings(wire, notes);
  return notes.facts(wire);
}

function noteMessage(message: JsonObject, spot: Spot): void {
  const role = textOf(message['role']);
  const kind = textKinds[role];
  if (kind === undefined) return;
  skipped(spot, 'role');
  if (role === 'system') spot.notes.leave();
  else spot.notes.turn(role === 'assistant' ? 'model' : 'asker');
  noteContent(message['content'], inner(spot, 'content'), kind);
}

const textKinds: Readonly<Record<string, FactKind>> = {
  system: 'system-text',
  user: 'user-text',
  assistant: 'assistant-text',
};

function noteContent(content: Json | undefined, spot: Spot, kind: FactKind): void {
  noteText(spot, kind, content);
  for (const [index, block] of listOf(content).entries()) noteBlock(objectOf(block), inner(spot, index), kind);
}

function noteBlock(block: JsonObject, spot: Spot, kind: FactKind): void {
  const type = textOf(block['type']);
  if (!knownBlocks.has(type)) return;
  skipped(spot, 'type');
  noteCache(block, spot, cachedKinds[type] ?? 'block');
  if (type === 'text') {
    noteText(inner(spot, 'text'), kind, block['text']);
    noteCitations(block['citations'], inner(spot, 'citations'));
  }
  if (type === 'image') noteMedium('image', objectOf(block['source']), inner(spot, 'source'));
  if (type === 'document') noteDocument(block, spot);
  if (type === 'tool_use') noteCall(block, spot);
  if (type === 'tool_result') noteResult(block, spot);
  if (type === 'thinking') {
    noteText(inner(spot, 'thinking'), 'history-thought', block['thinking']);
    noteText(inner(spot, 'signature'), 'seal', block['signature']);
  }
  if (type === 'redacted_thinking') noteText(inner(spot, 'data'), 'seal', block['data']);
}

const knownBlocks = new Set(['text', 'image', 'document', 'tool_use', 'tool_result', 'thinking', 'redacted_thinking']);

/** Of the kinds there are, those that name a page of the web; the others stay members. */
function noteCitations(citations: Json | undefined, spot: Spot): void {
  for (const [index, one] of listOf(citations).map(objectOf).entries()) {
    if (one['type'] !== 'web_search_result_location') continue;
    const here = inner(spot, index);
    skipped(here, 'type', 'title');
    here.notes.note('citation', `${one['url']} ${one['title']}`, `${here.at}.url`);
  }
}

function noteDocument({ source = null, title = null, citations }: JsonObject, spot: Spot): void {
  const { notes, at } = spot;
  if (objectOf(source)['type'] !== 'content') noteMedium('file', objectOf(source), inner(spot, 'source'));
  if (typeof title === 'string') notes.note('file-name', title, `${at}.title`);
  if (objectOf(citations)['enabled'] === false) skipped(spot, 'citations');
}

/** Where its bytes are; what else the source says is left to be told as members. */
function noteMedium(kind: FactKind, source: JsonObject, spot: Spot): void {
  const medium = mediumIn(source);
  const known = ['type', 'data', 'media_type', 'url', 'file_id'];
  const at = Object.keys(source).every((name) => known.includes(name)) ? spot.at : `${spot.at}.type`;
  spot.notes.note(kind, medium, at);
  skipped(spot, ...known);
}

function mediumIn(source: JsonObject): string {
  const { type, data, url, file_id: id } = source;
  if (type === 'url') return `at ${url}`;
  if (type === 'file') return `stored ${id}`;
  if (type === 'text') return mediumOfText(textOf(data));
  return type === 'base64' ? mediumOfBase64(textOf(data)) : canonical(source);
}

function noteCall({ id, name, input = {} }: JsonObject, spot: Spot): void {
  skipped(spot, 'id', 'name', 'caller');
  spot.notes.call(textOf(id));
  spot.notes.note('call', `${name} ${canonical(input)}`, `${spot.at}.input`);
}

function noteResult(block: JsonObject, spot: Spot): void {
  const { notes, at } = spot;
  const content = block['content'];
  const pieces = listOf(content).map(objectOf);
  const text = typeof content === 'string' ? content : pieces.map((one) => textOf(one['text'])).join('');
  notes.note('result', `${notes.answered(textOf(block['tool_use_id']))}: ${text}`, `${at}.tool_use_id`);
  if (block['is_error'] === true) notes.note('result-error', 'yes', `${at}.is_error`);
  else skipped(spot, 'is_error');
  if (typeof content === 'string') skipped(spot, 'content');
  for (const [index, piece] of pieces.entries()) {
    const here = inner(inner(spot, 'content'), index);
    noteCache(piece, here, 'result');
    if (piece['type'] === 'text') skipped(here, 'type', 'text');
    else noteBlock(piece, here, 'result');
  }
}

const cachedKinds: Readonly<Record<string, string>> = { tool_use: 'call', tool_result: 'result' };

function noteCache(holder: JsonObject, spot: Spot, of: string): void {
  const found = holder['cache_control'];
  if ((found ?? null) === null) return;
  const here = inner(spot, 'cache_control');
  const { type: _, ttl = '', ...more } = objectOf(found);
  const rest = Object.keys(more).length === 0 ? '' : ` ${canonical(more)}`;
  here.notes.note('cache', `${of} ${textOf(ttl)}${rest}`, here.at);
}

function noteTools(wire: JsonObject, notes: Notes): void {
  const tools = listOf(wire['tools']).map(objectOf);
  for (const [index, tool] of tools.entries()) {
    const spot = { notes, at: `tools[${index}]` };
    noteCache(tool, spot, 'tool');
    if (textOf(tool['type'] ?? 'custom') !== 'custom') notes.note('hosted-tool', canonical(tool), spot.at);
    else noteFunction(tool, spot);
  }
  const { type, name, disable_parallel_tool_use: serial } = objectOf(wire['tool_choice']);
  notes.skip('tool_choice');
  if (tools.length === 0) return;
  const choice = type === 'tool' ? `named ${name}` : type === 'any' ? 'required' : textOf(type);
  if (type !== undefined && type !== 'auto') notes.note('tool-choice', choice, 'tool_choice');
  if (serial === true && type !== 'none') notes.note('parallel', 'no', 'tool_choice.disable_parallel_tool_use');
}

function noteFunction({ name, description, input_schema: schema, strict }: JsonObject, spot: Spot): void {
  const { notes, at } = spot;
  skipped(spot, 'type');
  notes.note('tool', textOf(name), `${at}.name`);
  if (textOf(description) !== '') notes.note('tool-description', `${name}: ${description}`, `${at}.description`);
  noteSchema(notes, schema, { kind: 'tool-schema', at: `${at}.input_schema`, of: textOf(name) });
  if (strict === true) notes.note('tool-strict', textOf(name), `${at}.strict`);
  else skipped(spot, 'strict');
}
