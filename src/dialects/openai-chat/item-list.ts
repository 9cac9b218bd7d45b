import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { overlay, withMember } from '../members.ts';
import { spelled } from './carry.ts';
import { extrasAt } from './chunk-extras.ts';
import type { WritingStream } from './chunk-writer.ts';
import { argumentsObject, signaturePath } from './tool-calls.ts';

type Start = Extract<ChatEvent, { readonly type: 'tool-call-start' }>;
type Delta = Extract<ChatEvent, { readonly type: 'tool-call-delta' }>;

/** The `tool_calls` of a delta that is being put together. */
export interface ItemList {
  start(event: Start, stream: WritingStream): boolean;
  /** Arguments: in the item that opens their call if it has none yet, else in one of their own. */
  add(event: Delta, stream: WritingStream): boolean;
  addWhole(wire: Json): void;
  done(): readonly Json[];
}

export function itemList(): ItemList {
  const items: Item[] = [];
  return {
    start(event, { calls }) {
      calls.start(event);
      items.push({
        call: event.call,
        wire: startItem(event),
        awaited: spelled(event, 'arguments') === 'absent' ? undefined : inputPaths[event.kind],
      });
      return true;
    },
    add(event, { calls }) {
      const path = inputPaths[calls.kindOf(event)];
      const text = spelled(event, 'form') === 'object' ? argumentsObject(event.text) : event.text;
      const last = items.at(-1);
      if (last?.awaited !== undefined && last.call === event.call) {
        last.wire = withMember(isJsonObject(last.wire) ? last.wire : {}, path, text);
        last.awaited = undefined;
        return true;
      }
      const own = withMember(indexOf(event, event.call), path, text);
      items.push({ call: event.call, wire: overlay(own, extrasAt(event, 'item'), inside), awaited: undefined });
      return true;
    },
    addWhole: (wire) => void items.push({ call: -1, wire, awaited: undefined }),
    done: () =>
      items.map(({ wire, awaited }) =>
        awaited === undefined || !isJsonObject(wire) ? wire : withMember(wire, awaited, ''),
      ),
  };
}

const inputPaths = { function: 'function.arguments', custom: 'custom.input' } as const;

interface Item {
  readonly call: number;
  wire: Json;
  /** Where arguments belong that may stand in this item but have not come yet. OpenAI then begins with an empty text. */
  awaited: string | undefined;
}

/** Objects in which extras stand beside what we say. */
const inside: ReadonlySet<string> = new Set(['function', 'custom', 'extra_content', 'extra_content.google']);

function startItem(event: Start): JsonObject {
  const said: JsonObject = {
    ...indexOf(event, event.call),
    ...(event.id !== '' && { id: event.id }),
    ...(spelled(event, 'type') !== 'absent' && { type: event.kind }),
  };
  const named = event.name === '' ? said : withMember(said, `${event.kind}.name`, event.name);
  const sealed = event.signature === undefined ? named : withMember(named, signaturePath, event.signature);
  const extras = extrasAt(event, 'item');
  // A type of the vendor's own is in the extras.
  const { type: _, ...untyped } = sealed;
  return overlay(Object.hasOwn(extras, 'type') ? untyped : sealed, extras, inside);
}

function indexOf(event: ChatEvent, call: number): JsonObject {
  const index = spelled(event, 'index');
  return index === 'absent' ? {} : { index: index === undefined ? call : Number(index) };
}
