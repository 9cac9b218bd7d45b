import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { eachString } from '../flat-object.ts';
import { utf8Length } from '../text.ts';

/**
 * How many bytes of output an answer or a chunk carries: text, reasoning, refusals and the arguments of tools, in UTF-8.
 * Reasoning that comes under two names is counted once.
 */
export function producedBytes({ choices }: JsonObject): number {
  if (!Array.isArray(choices)) return 0;
  let bytes = 0;
  for (const choice of choices) if (isJsonObject(choice)) bytes += saidBytes(choice['delta'] ?? choice['message']);
  return bytes;
}

function saidBytes(said: Json | undefined): number {
  if (!isJsonObject(said)) return 0;
  const { content, reasoning_content, reasoning, refusal, tool_calls, function_call } = said;
  let bytes = textBytes(content) + textBytes(refusal) + argumentBytes(function_call);
  bytes += textBytes(typeof reasoning_content === 'string' ? reasoning_content : reasoning);
  if (Array.isArray(tool_calls)) for (const call of tool_calls) bytes += callBytes(call);
  return bytes;
}

/** Text, or parts that have some: Mistral nests its thinking. */
function textBytes(value: Json | undefined): number {
  if (typeof value === 'string') return utf8Length(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, part) => sum + textBytes(part), 0);
  return isJsonObject(value) ? textBytes(value['text']) + textBytes(value['thinking']) : 0;
}

function callBytes(call: Json): number {
  return isJsonObject(call) ? argumentBytes(call['function']) + argumentBytes(call['custom']) : 0;
}

function argumentBytes(call: Json | undefined): number {
  if (!isJsonObject(call)) return 0;
  const given = call['arguments'] ?? call['input'];
  return typeof given === 'string' ? utf8Length(given) : 0;
}

/**
 * The same of a chunk's own text, given with one character for each byte, without decoding it: for the plain chunks that
 * most are, with one delta of nothing but strings and nulls. Undefined for any other, which must be read.
 */
export function producedIn(chunk: string): number | undefined {
  const start = chunk.indexOf(deltaStart);
  if (start === -1 || chunk.includes(deltaKey, start + deltaKey.length)) return undefined;
  let said = 0;
  let named: number | undefined;
  let reasoned = 0;
  const flat = eachString(chunk, start + deltaStart.length, (key, bytes) => {
    if (key === 'content' || key === 'refusal') said += bytes;
    else if (key === 'reasoning_content') named = bytes;
    else if (key === 'reasoning') reasoned = bytes;
  });
  return flat ? said + (named ?? reasoned) : undefined;
}

const deltaKey = '"delta"';
const deltaStart = '"delta":{';
