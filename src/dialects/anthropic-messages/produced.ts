import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { eachString } from '../flat-object.ts';
import { utf8Length } from '../text.ts';

/**
 * How many bytes of output a whole answer carries: text, thoughts, the inputs of tools and summaries, in UTF-8. What a tool
 * at the provider found is no output of the model.
 */
export function producedBytes({ content }: JsonObject): number {
  if (!Array.isArray(content)) return 0;
  let bytes = 0;
  for (const block of content) bytes += blockBytes(block) + inputBytes(block);
  return bytes;
}

/** The same of one event of a stream. The input that a block begins with is a placeholder. */
export function eventBytes(event: JsonObject): number {
  return blockBytes(event['delta']) + blockBytes(event['content_block']);
}

function blockBytes(block: Json | undefined): number {
  if (!isJsonObject(block)) return 0;
  let bytes = 0;
  for (const key of outputKeys) {
    const said = block[key];
    if (typeof said === 'string') bytes += utf8Length(said);
  }
  return bytes;
}

function inputBytes(block: Json): number {
  if (!isJsonObject(block) || block['input'] === undefined) return 0;
  return utf8Length(JSON.stringify(block['input']));
}

/** Where blocks and deltas have what was said; `content` is a summary's, and a list in the result of a tool. */
const outputKeys = ['text', 'thinking', 'partial_json', 'content'];

/**
 * The bytes of output of an event as most are: a delta of one line, with nothing but strings and nulls in it, given with one
 * character for each byte. Undefined for any other, which must be read.
 */
export function producedIn(block: string): number | undefined {
  if (!block.startsWith(deltaHead) || block.indexOf('\n', deltaHead.length) < block.length - 2) return undefined;
  const start = block.indexOf(deltaStart, deltaHead.length);
  if (start === -1 || block.includes(deltaKey, start + deltaKey.length)) return undefined;
  let bytes = 0;
  const flat = eachString(block, start + deltaStart.length, (key, length) => {
    // Comparing is quicker than a set, which would have to hash each key.
    if (key === 'text' || key === 'partial_json' || key === 'thinking' || key === 'content') bytes += length;
  });
  return flat ? bytes : undefined;
}

const deltaHead = 'event: content_block_delta\ndata: {"type":"content_block_delta",';
const deltaKey = '"delta"';
const deltaStart = '"delta":{';
