import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
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
  const bytes = { said: 0, reasoning_content: -1, reasoning: 0 };
  let at = start + deltaStart.length;
  while (chunk[at] !== '}') {
    const colon = chunk.indexOf('":', at + 1);
    if (colon === -1 || chunk[at] !== '"') return undefined;
    const key = chunk.slice(at + 1, colon);
    const end = plainEnd(chunk, colon + 2);
    if (end === undefined || !(chunk[end] === ',' || chunk[end] === '}')) return undefined;
    if (chunk[colon + 2] === '"') {
      const length = literalBytes(chunk, colon + 2, end);
      if (length === undefined) return undefined;
      if (key === 'content' || key === 'refusal') bytes.said += length;
      else if (key === 'reasoning' || key === 'reasoning_content') bytes[key] = length;
    }
    at = chunk[end] === ',' ? end + 1 : end;
  }
  return bytes.said + (bytes.reasoning_content >= 0 ? bytes.reasoning_content : bytes.reasoning);
}

const deltaKey = '"delta"';
const deltaStart = '"delta":{';

/** Where a string or null ends; undefined for another value. */
function plainEnd(chunk: string, from: number): number | undefined {
  if (chunk[from] !== '"') return chunk.startsWith('null', from) ? from + 4 : undefined;
  let quote = chunk.indexOf('"', from + 1);
  while (quote !== -1 && isEscaped(chunk, quote)) quote = chunk.indexOf('"', quote + 1);
  return quote === -1 ? undefined : quote + 1;
}

function isEscaped(chunk: string, at: number): boolean {
  let first = at;
  while (chunk[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}

/** The bytes of a string between its quotes: as many as it has characters, less one for each escape but `\u`. */
function literalBytes(chunk: string, start: number, end: number): number | undefined {
  const backslash = chunk.indexOf('\\', start);
  if (backslash === -1 || backslash > end) return end - start - 2;
  const literal = chunk.slice(start, end);
  return literal.includes('\\u') ? undefined : JSON.parse(literal).length;
}
