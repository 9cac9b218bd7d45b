import type { ChatEvent } from '../../core/chat.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Lost } from '../../core/loss.ts';
import { type OpenObject, overlay, setMember } from '../members.ts';
import { errorBody } from '../openai/failure.ts';
import type { Writing } from '../place.ts';
import type { Frame } from '../sse.ts';
import { dialect, spelled } from './carry.ts';
import { type ChoiceWriter, choiceWriter } from './choice-writer.ts';
import { extrasAt } from './chunk-extras.ts';
import { headShape } from './chunk-reader.ts';
import { chunkLabels } from './labels.ts';
import { reportedUsage } from './reported-usage.ts';
import { type StartedCalls, startedCalls } from './started-calls.ts';
import { usualUsagePath } from './usage.ts';

/** Puts events together into chunks, as they stood together when they came. */
export interface ChunkWriter {
  /** Adds an event; frames come out when a chunk is complete, or when the event does not fit into the open one. */
  add(event: ChatEvent): readonly Frame[];
  /** The open chunk, if any. */
  flush(): readonly Frame[];
}

export function chunkWriter(lost: Lost): ChunkWriter {
  const top: Writing = { path: '', lost };
  const stream: WritingStream = { lost, calls: startedCalls() };
  let head = headShape.encode({}, top);
  let open: OpenChunk | undefined;
  const flush = (): readonly Frame[] => {
    const frames = open === undefined ? [] : [frameOf(open, head)];
    open = undefined;
    return frames;
  };
  const told = (event: ChatEvent): readonly Frame[] => (event.more === true ? [] : flush());
  return {
    flush,
    add(event) {
      if (event.type === 'response-start' || event.type === 'response-change') {
        const complete = flush();
        head = headShape.encode(event, top);
        return complete;
      }
      const said = spoken(event, stream);
      if (said === undefined) return told(event);
      open ??= opened();
      const alone = isAlone(said);
      if (!(alone && open.choices.length > 0) && put(said, open, stream)) return alone ? flush() : told(event);
      const complete = flush();
      open = opened();
      put(said, open, stream);
      return alone || event.more !== true ? [...complete, ...flush()] : complete;
    },
  };
}

/** The event that there are words for, if any: where parts begin and end is not said, nor usage before its time. */
function spoken(event: ChatEvent, { calls }: WritingStream): ChatEvent | undefined {
  if (event.type === 'part-start' || (event.type === 'usage' && event.soFar === true)) return undefined;
  return event.type === 'part-end' ? calls.end(event) : event;
}

/** OpenAI tells usage in a chunk of its own; other vendors who speak like it may not. */
function isAlone(event: ChatEvent): boolean {
  return event.type === 'usage' && event.usage.raw?.dialect !== dialect;
}

interface OpenChunk {
  frame: JsonObject | undefined;
  extras: JsonObject | undefined;
  /** Labels and usage. */
  readonly beside: OpenObject;
  choicesAbsent: boolean;
  readonly choices: (ChoiceWriter | { readonly whole: Json })[];
  hasUsage: boolean;
  error: Json | undefined;
}

function opened(): OpenChunk {
  return {
    frame: undefined,
    extras: undefined,
    beside: {},
    choicesAbsent: false,
    choices: [],
    hasUsage: false,
    error: undefined,
  };
}

export interface WritingStream {
  readonly lost: Lost;
  readonly calls: StartedCalls;
}

/** False if the chunk has no room left for the event; a fresh one always has. */
function put(event: ChatEvent, open: OpenChunk, stream: WritingStream): boolean {
  if (!fits(event, open, stream)) return false;
  if (event.extras !== undefined) {
    open.frame = { ...open.frame, ...extrasAt(event, 'frame') };
    open.extras = { ...open.extras, ...extrasAt(event, 'chunk') };
  }
  if (event.spelling !== undefined) {
    chunkLabels.write(open.beside, (path) => spelled(event, path));
    open.choicesAbsent ||= spelled(event, 'choices') === 'absent';
  }
  return true;
}

function fits(event: ChatEvent, open: OpenChunk, stream: WritingStream): boolean {
  if (event.type === 'usage') {
    if (open.hasUsage) return false;
    open.hasUsage = true;
    const wire = reportedUsage.write(event.usage, { path: 'usage', lost: stream.lost }, undefined);
    const paths = (spelled(event, 'stands') ?? usualUsagePath).split('+');
    for (const path of paths) if (wire !== undefined) setMember(open.beside, path.split('.'), wire);
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
  const { choices, choicesAbsent, error, beside, extras, frame } = open;
  const own: OpenObject = { ...head };
  if (choices.length > 0 || !choicesAbsent)
    own['choices'] = choices.map((one) => ('whole' in one ? one.whole : one.done()));
  if (error !== undefined) own['error'] = error;
  Object.assign(own, beside);
  const data = JSON.stringify(extras === undefined ? own : overlay(own, extras, inside));
  return frame === undefined ? { data } : { ...lineExtras(frame), data };
}

/** Objects in which extras stand beside what we say. */
const inside: ReadonlySet<string> = new Set(['x_groq']);

/** The other lines of a server-sent event. */
export function lineExtras({ event, id, retry }: JsonObject): Frame {
  return {
    ...(typeof event === 'string' && { event }),
    ...(typeof id === 'string' && { id }),
    ...(typeof retry === 'number' && { retry }),
  };
}
