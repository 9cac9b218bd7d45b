import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { listOf, objectOf, textOf } from './exact-json.ts';

/** An answer put together from the chunks of a stream, and what was wrong with the stream. */
export interface Joined {
  readonly answer: JsonObject;
  readonly faults: readonly string[];
}

/** Joins chunks as a plain client does: texts one after the other, calls by their index, the rest as last said. */
export function joinOpenaiStream(frames: readonly string[]): Joined {
  const faults: string[] = [];
  const chunks = frames.filter((data) => !data.startsWith('[DONE]')).flatMap((data) => chunkIn(data, faults));
  if (!frames.at(-1)?.startsWith('[DONE]')) faults.push('there is no [DONE] at the end');
  const deltas = Map.groupBy(
    chunks.flatMap((chunk) => listOf(chunk['choices']).map(objectOf)),
    ({ index }) => Number(index ?? 0),
  );
  const choices = [...deltas].sort(([one], [other]) => one - other).map(([index, said]) => choiceOf(index, said));
  const last = (name: string): Json => chunks.findLast((chunk) => (chunk[name] ?? null) !== null)?.[name] ?? null;
  const groq = chunks.map((chunk) => objectOf(chunk['x_groq'])).findLast((one) => one['usage'] !== undefined);
  return {
    answer: { model: last('model'), choices, usage: last('usage'), x_groq: groq ?? null },
    faults,
  };
}

function chunkIn(data: string, faults: string[]): readonly JsonObject[] {
  try {
    return [objectOf(JSON.parse(data))];
  } catch {
    faults.push(`a frame is no JSON: ${data.slice(0, 40)}`);
    return [];
  }
}

function choiceOf(index: number, said: readonly JsonObject[]): JsonObject {
  const deltas = said.map(({ delta }) => objectOf(delta));
  const joined = (name: string): string => deltas.map((delta) => textOf(delta[name])).join('');
  const last = (name: string): Json => said.findLast((one) => (one[name] ?? null) !== null)?.[name] ?? null;
  const lists = (name: string): readonly Json[] => deltas.flatMap((delta) => listOf(delta[name]));
  const parts = lists('content');
  const message = {
    content: parts.length === 0 ? joined('content') : deltas.flatMap(({ content }) => partsOf(content)),
    refusal: joined('refusal'),
    reasoning_content: joined('reasoning_content'),
    reasoning: joined('reasoning'),
    reasoning_details: lists('reasoning_details'),
    audio: audioOf(deltas),
    annotations: lists('annotations'),
    executed_tools: lists('executed_tools'),
    tool_calls: callsOf(lists('tool_calls').map(objectOf)),
  };
  const logprobs = said.some((one) => listOf(objectOf(one['logprobs'])['content']).length > 0);
  return { index, message, finish_reason: last('finish_reason'), logprobs: logprobs ? {} : null };
}

function partsOf(content: Json | undefined): readonly Json[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content);
}

function callsOf(pieces: readonly JsonObject[]): readonly Json[] {
  const calls = Map.groupBy(pieces, ({ index }) => Number(index ?? 0));
  return [...calls.values()].flatMap(runsOf).map(callOf);
}

function callOf(pieces: readonly JsonObject[]): JsonObject {
  const type = pieces.some(({ custom }) => isJsonObject(custom)) ? 'custom' : 'function';
  const [name, said] = [joinedIn(pieces, type, 'name'), joinedIn(pieces, type, 'arguments')];
  const id = pieces.find((piece) => textOf(piece['id']) !== '')?.['id'] ?? null;
  if (type === 'custom') return { id, type, custom: { name, input: joinedIn(pieces, type, 'input') } };
  return { id, type, function: { name, arguments: said } };
}

/** Fragments one after the other; an object in a fragment's place is as good as its text. */
function joinedIn(pieces: readonly JsonObject[], type: string, name: string): string {
  const said = pieces.map((piece) => objectOf(piece[type])[name] ?? '');
  const texts = said.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return name === 'name' ? (texts.find((one) => one !== '') ?? '') : texts.join('');
}

/** Some vendors number every call 0: another id is then another call. */
function runsOf(pieces: readonly JsonObject[]): readonly (readonly JsonObject[])[] {
  const runs: JsonObject[][] = [];
  let id = '';
  for (const piece of pieces) {
    const own = textOf(piece['id']);
    if (runs.length === 0 || (own !== '' && own !== id)) runs.push([]);
    if (own !== '') id = own;
    runs.at(-1)?.push(piece);
  }
  return runs;
}

function audioOf(deltas: readonly JsonObject[]): Json {
  const said = deltas.map(({ audio }) => objectOf(audio)).filter((audio) => Object.keys(audio).length > 0);
  if (said.length === 0) return null;
  return { transcript: said.map(({ transcript }) => textOf(transcript)).join('') };
}
