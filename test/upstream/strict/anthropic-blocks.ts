import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { isSealed } from './seal.ts';
import { Refusal } from './server.ts';
import { anything, bool, demand, listOf, members, object, objectAt, type Taken, text, word } from './shape.ts';

/** One block of content, as Anthropic takes it. */
export const anyBlock: Taken = (block, path) => {
  const type = String(objectAt(path, block)['type']);
  const taken = blocks[type];
  if (taken === undefined) throw new Refusal(`${path}: Input tag '${type}' does not match any of the expected tags`);
  taken(block, path);
};

export const cacheControl: Taken = (value, path) =>
  void members(path, value, { 'type!': word('ephemeral'), ttl: word('5m', '1h') });

export const textBlock: Taken = (block, path) => {
  const { text: said } = members(path, block, {
    'type!': word('text'),
    'text!': text(),
    cache_control: cacheControl,
    citations: listOf(object),
  });
  if (said === '') throw new Refusal(`${path}: text content blocks must be non-empty`);
  if (String(said).trim() === '') throw new Refusal(`${path}: text content blocks must contain non-whitespace text`);
};

const image: Taken = (block, path) => {
  const { source } = members(path, block, { 'type!': text(), 'source!': object, cache_control: cacheControl });
  checkSource(objectAt(`${path}.source`, source), `${path}.source`, {
    base64: { 'media_type!': word(...Object.keys(beginnings)), 'data!': text() },
  });
  if (isJsonObject(source) && source['type'] === 'base64') checkImage(source, path);
};

const document: Taken = (block, path) => {
  const { source } = members(path, block, {
    'type!': text(),
    'source!': object,
    title: text(/^.{0,500}$/s),
    context: text(),
    citations: (value, here) => void members(here, value, { enabled: bool }),
    cache_control: cacheControl,
  });
  checkSource(objectAt(`${path}.source`, source), `${path}.source`, {
    base64: { 'media_type!': word('application/pdf'), 'data!': text(/^JVBERi/) },
    text: { 'media_type!': word('text/plain'), 'data!': text(/\S/) },
    content: { 'content!': anything },
  });
};

const thinking: Taken = (block, path) => {
  const said = members(path, block, { 'type!': text(), 'thinking!': text(), 'signature!': text() });
  if (!isSealed(String(said['thinking']), String(said['signature']))) {
    throw new Refusal(`${path}: Invalid \`signature\` in \`thinking\` block`);
  }
};

const redacted: Taken = (block, path) => {
  const { data } = members(path, block, { 'type!': text(), 'data!': text() });
  if (!isSealed('redacted', String(data)))
    throw new Refusal(`${path}: Invalid \`data\` in \`redacted_thinking\` block`);
};

const callId = text(/^[a-zA-Z0-9_-]+$/);

const toolUse: Taken = (block, path) =>
  void members(path, block, {
    'type!': text(),
    'id!': callId,
    'name!': text(/^[a-zA-Z0-9_-]{1,128}$/),
    'input!': object,
    caller: object,
    cache_control: cacheControl,
  });

const toolResult: Taken = (block, path) =>
  void members(path, block, {
    'type!': text(),
    'tool_use_id!': callId,
    is_error: bool,
    cache_control: cacheControl,
    content: (content, here) => {
      if (typeof content === 'string') return;
      listOf((one, place) => {
        const type = String(objectAt(place, one)['type']);
        if (!inResults.has(type)) throw new Refusal(`${place}: Input tag '${type}' is not allowed in a tool result`);
        anyBlock(one, place);
      })(content, here);
    },
  });

const inResults = new Set(['text', 'image', 'document', 'search_result']);

const blocks: Readonly<Record<string, Taken>> = {
  text: textBlock,
  image,
  document,
  thinking,
  redacted_thinking: redacted,
  tool_use: toolUse,
  tool_result: toolResult,
  search_result: object,
};

type Sources = Readonly<Record<string, Readonly<Record<string, Taken>>>>;

function checkSource(source: JsonObject, path: string, kinds: Sources): void {
  const all: Sources = { url: { 'url!': text(/^https?:\/\//) }, file: { 'file_id!': text(/./) }, ...kinds };
  const known = all[String(source['type'])];
  if (known === undefined) throw new Refusal(`${path}: Input tag '${String(source['type'])}' is not expected`);
  members(path, source, { 'type!': text(), ...known });
}

/** The first bytes of each kind of image. */
const beginnings: Readonly<Record<string, string>> = {
  'image/png': '89504e47',
  'image/jpeg': 'ffd8ff',
  'image/gif': '47494638',
  'image/webp': '52494646',
};

function checkImage({ data, media_type: type }: JsonObject, path: string): void {
  const bytes = Buffer.from(String(data), 'base64').toString('hex');
  demand(bytes.startsWith(beginnings[String(type)] ?? 'none'), `${path}.source`, `is no image of type ${String(type)}`);
}

/** Whether a block is one that a model thinks in. */
export function isThought(block: Json | undefined): boolean {
  return isJsonObject(block) && (block['type'] === 'thinking' || block['type'] === 'redacted_thinking');
}
