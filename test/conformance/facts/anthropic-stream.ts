import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { RecordedChunk } from '../../recordings.ts';
import { exactJson, objectOf, textOf } from './exact-json.ts';
import type { Joined } from './openai-chat-stream.ts';

/** Joins events as Anthropic's SDKs do, and notes every breach of the order they come in. https://docs.claude.com/en/docs/build-with-claude/streaming */
export function joinAnthropicStream(frames: readonly RecordedChunk[]): Joined {
  const faults: string[] = [];
  const state: State = { message: undefined, blocks: [], open: undefined, ended: false };
  for (const { event, data } of frames) {
    if (data === undefined) continue;
    const said = eventIn(data, faults);
    if (said['type'] !== event) faults.push(`the frame ${event} says that it is ${said['type']}`);
    if (state.ended) faults.push(`${event} comes after the end`);
    take(said, state, faults);
  }
  if (!state.ended) faults.push('there is no message_stop');
  if (state.open !== undefined) faults.push(`block ${state.open} is not closed`);
  return { answer: { ...state.message, content: state.blocks.map(finished) }, faults };
}

interface State {
  message: JsonObject | undefined;
  readonly blocks: JsonObject[];
  open: number | undefined;
  ended: boolean;
}

function eventIn(data: string, faults: string[]): JsonObject {
  try {
    return objectOf(JSON.parse(data));
  } catch {
    faults.push(`a frame is no JSON: ${data.slice(0, 40)}`);
    return {};
  }
}

function take(said: JsonObject, state: State, faults: string[]): void {
  const type = textOf(said['type']);
  if (type === 'ping' || type === 'error') return;
  if ((type === 'message_start') !== (state.message === undefined)) faults.push(`${type} is out of place`);
  if (type === 'message_start') state.message = objectOf(said['message']);
  if (type.startsWith('content_block')) takeBlock(said, state, faults);
  if (type === 'message_delta') {
    const usage = { ...objectOf(state.message?.['usage']), ...saying(objectOf(said['usage'])) };
    state.message = { ...state.message, ...objectOf(said['delta']), usage };
    if (state.open !== undefined) faults.push(`message_delta comes while block ${state.open} is open`);
  }
  if (type === 'message_stop') state.ended = true;
}

function takeBlock(said: JsonObject, state: State, faults: string[]): void {
  const index = Number(said['index']);
  if (said['type'] === 'content_block_start') {
    if (state.open !== undefined) faults.push(`block ${index} begins while ${state.open} is open`);
    if (index !== state.blocks.length) faults.push(`block ${index} comes after ${state.blocks.length} others`);
    state.open = index;
    state.blocks.push(objectOf(said['content_block']));
    return;
  }
  if (index !== state.open) faults.push(`${said['type']} is of block ${index}, but ${state.open} is open`);
  if (said['type'] === 'content_block_stop') state.open = undefined;
  const block = state.blocks[index];
  if (said['type'] === 'content_block_delta' && block !== undefined) {
    state.blocks[index] = grown(block, objectOf(said['delta']));
  }
}

function grown(block: JsonObject, delta: JsonObject): JsonObject {
  const add = (name: string): JsonObject => ({ ...block, [name]: textOf(block[name]) + textOf(delta[name]) });
  switch (delta['type']) {
    case 'text_delta':
      return add('text');
    case 'thinking_delta':
      return add('thinking');
    case 'signature_delta':
      return add('signature');
    case 'input_json_delta':
      return add('partial_json');
    case 'citations_delta':
      return { ...block, citations: [...(Array.isArray(block['citations']) ? block['citations'] : []), delta] };
    default:
      return block;
  }
}

/** The input of a call is what its fragments say; the empty one at its start counts only without them. */
function finished(block: JsonObject): JsonObject {
  const { partial_json: text, ...rest } = block;
  return typeof text === 'string' && text !== '' ? { ...rest, input: inputOf(text) } : rest;
}

function inputOf(text: string): Json {
  try {
    return exactJson(text);
  } catch {
    return `no JSON: ${text}`;
  }
}

/** Without what is null: a later count of nothing is no count. */
function saying(usage: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));
}
