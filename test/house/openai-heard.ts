import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { frameReader } from '../../src/dialects/sse.ts';

/** What a client of OpenAI makes of an answer: its message, put together from the chunks if it was streamed. */
export interface Heard {
  readonly message: JsonObject;
  readonly finish: unknown;
  readonly usage: unknown;
}

export async function heardByOpenAI(response: Response): Promise<Heard> {
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const { choices, usage } = JSON.parse(text);
    return { message: choices[0].message, finish: choices[0].finish_reason, usage };
  }
  const said: Draft = { texts: {}, calls: [] };
  for (const { data } of frameReader().push(new TextEncoder().encode(text))) {
    if (data === undefined || data === '[DONE]') continue;
    note(said, JSON.parse(data));
  }
  const { texts, calls, finish, usage } = said;
  const message = { role: 'assistant', ...texts, ...(calls.length > 0 && { tool_calls: calls }) };
  return { message, finish, usage };
}

interface Call extends JsonObject {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

interface Draft {
  readonly texts: Record<string, string>;
  readonly calls: Call[];
  finish?: unknown;
  usage?: unknown;
}

function note(said: Draft, chunk: JsonObject): void {
  if (isJsonObject(chunk['usage'])) said.usage = chunk['usage'];
  const [choice] = Array.isArray(chunk['choices']) ? chunk['choices'] : [];
  if (!isJsonObject(choice)) return;
  if (choice['finish_reason'] !== null && choice['finish_reason'] !== undefined) said.finish = choice['finish_reason'];
  const delta = isJsonObject(choice['delta']) ? choice['delta'] : {};
  for (const name of ['content', 'reasoning_content']) {
    const text = delta[name];
    if (typeof text === 'string' && text !== '') said.texts[name] = (said.texts[name] ?? '') + text;
  }
  for (const item of Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : []) addTo(said.calls, item);
}

function addTo(
  calls: Call[],
  item: { index: number; id?: string; function: { name?: string; arguments?: string } },
): void {
  const known = calls[item.index];
  const { name = '', arguments: text = '' } = item.function;
  calls[item.index] =
    known === undefined
      ? { id: item.id ?? '', type: 'function', function: { name, arguments: text } }
      : { ...known, function: { name: known.function.name, arguments: known.function.arguments + text } };
}
