import type { Carried } from '../../core/carried.ts';
import type { ChatEvent, ResponseHead } from '../../core/chat.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Lost } from '../../core/loss.ts';
import { overlay } from '../members.ts';
import type { Writing } from '../place.ts';
import type { Frame } from '../sse.ts';
import { dialect, spelled } from './carry.ts';
import { type ChoiceWriter, choiceWriter } from './choice-writer.ts';
import { extrasAt } from './chunk-extras.ts';
import { headShape } from './chunk-reader.ts';
import { errorBody } from './failure.ts';
import { reportedUsage } from './reported-usage.ts';

/** Puts events together into chunks, as they stood together when they came. */
export interface ChunkWriter {
  /** Adds an event; frames come out when a chunk is complete, or when the event does not fit into the open one. */
  add(event: ChatEvent): readonly Frame[];
  /** The open chunk, if any. */
  flush(): readonly Frame[];
}

export function chunkWriter(lost: Lost): ChunkWriter {
  const place: Writing = { path: 'stream', lost };
  const kinds = new Map<string, 'function' | 'custom'>();
  let head: ResponseHead & Carried = {};
  let open: OpenChunk | undefined;
  const flush = (): readonly Frame[] => {
    const frames = open === undefined ? [] : [frameOf(open, headShape.encode(head, place))];
    open = undefined;
    return frames;
  };
  return {
    flush,
    add(event) {
      if (event.type === 'response-start' || event.type === 'response-change') {
        const complete = flush();
        const { type: _, more: __, ...said } = event;
        head = said;
        return complete;
      }
      if (event.type === 'part-start' || event.type === 'part-end') return event.more === true ? [] : flush();
      open ??= opened();
      if (put(event, open, { place, kinds })) return event.more === true ? [] : flush();
      const complete = flush();
      open = opened();
      put(event, open, { place, kinds });
      return event.more === true ? complete : [...complete, ...flush()];
    },
  };
}

interface OpenChunk {
  frame: JsonObject;
  extras: JsonObject;
  choicesAbsent: boolean;
  readonly choices: (ChoiceWriter | { readonly whole: Json })[];
  usage?: Json;
  error?: Json;
}

function opened(): OpenChunk {
  return { frame: {}, extras: {}, choicesAbsent: false, choices: [] };
}

export interface WritingStream {
  readonly place: Writing;
  /** Of each call, by choice and number: whether it takes JSON or text. */
  readonly kinds: Map<string, 'function' | 'custom'>;
}

/** False if the chunk has no room left for the event; a fresh one always has. */
function put(event: ChatEvent, open: OpenChunk, stream: WritingStream): boolean {
  if (!fits(event, open, stream)) return false;
  open.frame = { ...open.frame, ...extrasAt(event, 'frame') };
  open.extras = { ...open.extras, ...extrasAt(event, 'chunk') };
  if (spelled(event, 'choices') === 'absent') open.choicesAbsent = true;
  return true;
}

function fits(event: ChatEvent, open: OpenChunk, stream: WritingStream): boolean {
  if (event.type === 'usage') {
    if (open.usage !== undefined) return false;
    const written = reportedUsage.write(event.usage, stream.place, undefined);
    if (written !== undefined) open.usage = written;
    return true;
  }
  if (event.type === 'error') {
    open.error = event.raw?.dialect === dialect ? event.raw.wire : errorBody(event.failure);
    return true;
  }
  if (!('choice' in event) || event.choice === undefined) return true;
  if (event.type === 'opaque' && spelled(event, 'field') === 'choices') {
    open.choices.push({ whole: event.wire });
    return true;
  }
  return writerOf(event.choice, open).put(event, stream);
}

function writerOf(index: number, { choices }: OpenChunk): ChoiceWriter {
  const known = choices.find((one): one is ChoiceWriter => !('whole' in one) && one.index === index);
  const writer = known ?? choiceWriter(index);
  if (known === undefined) choices.push(writer);
  return writer;
}

function frameOf(open: OpenChunk, head: JsonObject): Frame {
  const choices = open.choices.map((one) => ('whole' in one ? one.whole : one.done()));
  const own: JsonObject = {
    ...head,
    ...((choices.length > 0 || !open.choicesAbsent) && { choices }),
    ...(open.usage !== undefined && { usage: open.usage }),
    ...(open.error !== undefined && { error: open.error }),
  };
  return { ...lineExtras(open.frame), data: JSON.stringify(overlay(own, open.extras)) };
}

/** The other lines of a server-sent event. */
export function lineExtras({ event, id, retry }: JsonObject): Frame {
  return {
    ...(typeof event === 'string' && { event }),
    ...(typeof id === 'string' && { id }),
    ...(typeof retry === 'number' && { retry }),
  };
}
