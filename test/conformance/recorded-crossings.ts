import { isJsonObject } from '../../src/core/json.ts';
import { handmade, type Recording, recorded } from '../recordings.ts';
import { doubled } from './doubled.ts';
import type { WireName } from './wires.ts';

/** The recorded and hand-made exchanges of each dialect, as far as they are of its chat operation. */
export const exchanges: Readonly<Record<WireName, readonly Recording[]>> = {
  'openai-chat': [...recorded('openai-chat'), ...handmade('openai-chat')].filter(
    ({ endpoint }) => endpoint === 'chat.completions',
  ),
  'anthropic-messages': [...recorded('anthropic'), ...handmade('anthropic-messages')].filter(
    ({ endpoint, id }) => endpoint === 'messages' && !doubled.has(id),
  ),
};

/** Whether there is a request to be led elsewhere. */
export function isAsked({ requestBody }: Recording): boolean {
  return isJsonObject(requestBody) && Array.isArray(requestBody['messages']);
}

/** Whether there is a good answer, whole as JSON or streamed to its end. */
export function isAnswered({
  status,
  framing,
  responseBody,
  responseChunks = [],
  responseHeaders,
}: Recording): boolean {
  if (status !== 200) return false;
  if (framing === 'json') return isJsonObject(responseBody) && hasAnswer(responseBody);
  const type = responseHeaders?.['content-type'] ?? 'text/event-stream';
  const torn = responseChunks.some(({ data, event }) => event === 'error' || data?.includes('"error":{') === true);
  if (!responseChunks.every(({ data }) => data === undefined || data.startsWith('[DONE]') || isJson(data)))
    return false;
  const last = responseChunks.findLast(({ data }) => data !== undefined)?.data ?? '';
  return framing === 'sse' && type.startsWith('text/event-stream') && !torn && /^\[DONE\]|"message_stop"/.test(last);
}

function hasAnswer(body: { readonly [name: string]: unknown }): boolean {
  return (body['error'] ?? null) === null && (Array.isArray(body['choices']) || Array.isArray(body['content']));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
