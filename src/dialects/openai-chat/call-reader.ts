import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { memberAt, without } from '../members.ts';
import type { CallBook } from './call-book.ts';
import { opaque } from './carry.ts';
import { withExtras, withMarks } from './chunk-extras.ts';
import { signaturePath } from './tool-calls.ts';

/** What one item of a delta's `tool_calls` says: the start of a call, more of its arguments, or both at once. */
export function callEvents(item: Json, choice: number, calls: CallBook): readonly ChatEvent[] {
  const whole: ChatEvent = { ...opaque(item, 'tool_calls'), choice };
  if (!isJsonObject(item)) return [whole];
  const kind = isJsonObject(item['custom']) && !isJsonObject(item['function']) ? 'custom' : 'function';
  const inner = isJsonObject(item[kind]) ? item[kind] : {};
  const id = textAt(item, 'id');
  const name = textAt(inner, 'name');
  const { call, opens } = calls.of({ index: item['index'], id, name });
  const inputPath = `${kind}.${kind === 'function' ? 'arguments' : 'input'}`;
  const input = inputAt(item, inputPath);
  if (!opens && input === undefined) return [whole];
  const index = indexMark(item['index'], call);
  const form = typeof memberAt(item, inputPath) === 'object' ? 'object' : undefined;
  const unindexed = item['index'] === undefined || Number.isInteger(item['index']) ? without(item, 'index') : item;
  const rest = input === undefined ? unindexed : without(unindexed, inputPath);
  const more = (text: string): ChatEvent => withMarks({ type: 'tool-call-delta', choice, call, text }, { form });
  if (!opens) return [withMarks(withExtras(more(input ?? ''), 'item', rest), { index })];
  const signature = textAt(item, signaturePath);
  const start: ChatEvent = {
    type: 'tool-call-start',
    choice,
    call,
    kind,
    id,
    name,
    ...(signature !== '' && { signature }),
  };
  const left = [
    ...(id === '' ? [] : ['id']),
    ...(name === '' ? [] : [`${kind}.name`]),
    ...(item['type'] === kind ? ['type'] : []),
    ...(signature === '' ? [] : [signaturePath]),
  ].reduce(without, rest);
  const marks = {
    index,
    type: item['type'] === undefined ? 'absent' : undefined,
    arguments: input === undefined ? 'absent' : undefined,
  };
  return [withMarks(withExtras(start, 'item', left), marks), ...(input === undefined ? [] : [more(input)])];
}

function textAt(item: JsonObject, path: string): string {
  const found = memberAt(item, path);
  return typeof found === 'string' ? found : '';
}

function inputAt(item: JsonObject, path: string): string | undefined {
  const found = memberAt(item, path);
  if (isJsonObject(found)) return JSON.stringify(found);
  return typeof found === 'string' ? found : undefined;
}

function indexMark(found: Json | undefined, call: number): string | undefined {
  if (found === call) return undefined;
  return Number.isInteger(found) ? String(found) : 'absent';
}
