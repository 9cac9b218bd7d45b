import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { Refusal } from './server.ts';
import { anything, demand, listAt, listOf, members, object, objectAt, type Taken, text, word } from './shape.ts';

/** Checks the messages: each of a known shape, every call answered before anything else is said. */
export function openaiConversation(json: JsonObject): void {
  const messages = listAt('messages', json['messages']);
  demand(messages.length > 0, 'messages', 'should have at least 1 item');
  let waiting: readonly string[] = [];
  for (const [index, one] of messages.entries()) {
    const path = `messages[${index}]`;
    const message = objectAt(path, one);
    const role = String(message['role']);
    const taken = roles[role];
    if (taken === undefined) throw new Refusal(`Invalid value: '${role}'.`, { param: `${path}.role` });
    taken(message, path);
    if (role === 'tool') waiting = answered(message, waiting, path);
    else if (waiting.length > 0) throw unanswered(waiting);
    if (role === 'assistant') waiting = callsIn(message, path);
  }
  if (waiting.length > 0) throw unanswered(waiting);
}

function answered(message: JsonObject, waiting: readonly string[], path: string): readonly string[] {
  const id = String(message['tool_call_id']);
  if (waiting.includes(id)) return waiting.filter((one) => one !== id);
  throw new Refusal(
    `Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.`,
    { param: `${path}.role` },
  );
}

function unanswered(waiting: readonly string[]): Refusal {
  return new Refusal(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${waiting.join(', ')}`,
    { param: 'messages' },
  );
}

function callsIn({ tool_calls: calls }: JsonObject, path: string): readonly string[] {
  const ids = (Array.isArray(calls) ? calls : []).filter(isJsonObject).map(({ id }) => String(id));
  if (new Set(ids).size < ids.length) throw new Refusal('Duplicate tool call ids.', { param: `${path}.tool_calls` });
  return ids;
}

/** A text, or a list of parts of these kinds. */
function content(parts: Readonly<Record<string, Taken>>): Taken {
  return (value, path) => {
    if (typeof value === 'string') return;
    demand(listAt(path, value).length > 0, path, 'should have at least 1 item');
    listOf((part, here) => {
      const type = String(objectAt(here, part)['type']);
      const taken = parts[type];
      if (taken === undefined) throw new Refusal(`Invalid value: '${type}'.`, { param: `${here}.type` });
      taken(part, here);
    })(value, path);
  };
}

const textPart: Taken = (part, path) => void members(path, part, { 'type!': anything, 'text!': text() });
const refusalPart: Taken = (part, path) => void members(path, part, { 'type!': anything, 'refusal!': text() });

const imagePart: Taken = (part, path) =>
  void members(path, part, {
    'type!': anything,
    'image_url!': (image, here) =>
      void members(here, image, {
        'url!': text(/^(https?:\/\/|data:image\/(png|jpeg|gif|webp);base64,)/),
        detail: word('auto', 'low', 'high', 'original'),
      }),
  });

const audioPart: Taken = (part, path) =>
  void members(path, part, {
    'type!': anything,
    'input_audio!': (audio, here) => void members(here, audio, { 'data!': text(/./), 'format!': word('wav', 'mp3') }),
  });

/** Bytes need a name: https://platform.openai.com/docs/guides/pdf-files */
const filePart: Taken = (part, path) =>
  void members(path, part, {
    'type!': anything,
    'file!': (file, here) => {
      const {
        file_data: bytes,
        file_id: id,
        filename,
      } = members(here, file, {
        file_data: text(/^data:[a-z]+\/[a-z0-9.+-]+;base64,/),
        file_id: text(/^file-/),
        filename: text(/./),
      });
      demand((bytes === undefined) !== (id === undefined), here, 'should have one of file_data and file_id');
      demand(bytes === undefined || filename !== undefined, `${here}.filename`, 'is missing');
    },
  });

const call: Taken = (one, path) => {
  const { type } = objectAt(path, one);
  const made = { 'name!': text(/^[a-zA-Z0-9_-]{1,64}$/), 'arguments!': text(), parsed_arguments: anything };
  members(path, one, {
    'id!': text(/^.{1,40}$/),
    'type!': word('function', 'custom'),
    ...(type === 'custom'
      ? { 'custom!': object }
      : { 'function!': (value: Json, here: string): void => void members(here, value, made) }),
  });
};

const textOnly = content({ text: textPart });
const named = { name: text(/^[^\s<|\\/>]+$/) };

const roles: Readonly<Record<string, (message: JsonObject, path: string) => void>> = {
  system: (message, path) => void members(path, message, { 'role!': text(), 'content!': textOnly, ...named }),
  developer: (message, path) => void members(path, message, { 'role!': text(), 'content!': textOnly, ...named }),
  user: (message, path) => {
    const parts = { text: textPart, image_url: imagePart, input_audio: audioPart, file: filePart };
    members(path, message, { 'role!': text(), 'content!': content(parts), ...named });
  },
  assistant: (message, path) => {
    const said = members(path, message, {
      'role!': text(),
      content: content({ text: textPart, refusal: refusalPart }),
      refusal: text(),
      audio: object,
      tool_calls: (calls, here) => {
        demand(listAt(here, calls).length > 0, here, 'should have at least 1 item');
        listOf(call, 128)(calls, here);
      },
      function_call: object,
      // What answers have and callers hand back.
      annotations: anything,
      parsed: anything,
      ...named,
    });
    const something = ['content', 'tool_calls', 'refusal', 'audio', 'function_call'].some(
      (name) => (said[name] ?? null) !== null,
    );
    demand(something, `${path}.content`, 'is missing: an assistant says something or calls tools');
  },
  tool: (message, path) =>
    void members(path, message, { 'role!': text(), 'content!': textOnly, 'tool_call_id!': text(/^.{1,40}$/) }),
};
