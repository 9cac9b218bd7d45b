import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Usage } from '../../core/usage.ts';
import { errorEvent, inOneFrame } from '../answer-events.ts';
import { jsonIn } from '../json-text.ts';
import { garbled } from '../place.ts';
import type { Frame } from '../sse.ts';
import { type BlockReader, blockReader, whole } from './block-reader.ts';
import { dialect } from './carry.ts';
import { saidFailure } from './error-kind.ts';
import { finishOf } from './finish.ts';
import { carrying, lineMarks } from './frames.ts';
import { headDefaults } from './head.ts';
import { reported } from './reported-usage.ts';
import { tierOf } from './service-tier.ts';

/** Turns the frames of one streamed answer into events. https://platform.claude.com/docs/en/build-with-claude/streaming */
export interface FrameReader {
  read(frame: Frame): readonly ChatEvent[];
}

export function frameReader(): FrameReader {
  const answer: Answer = { blocks: blockReader(), began: false, usage: { tokens: { output: 0 } } };
  return {
    read(frame) {
      if (frame.data === undefined) return [signOfLife(frame)];
      const wire = jsonIn(frame.data);
      if (!isJsonObject(wire)) {
        const failure = garbled('a frame of its stream is no JSON object');
        const event: ChatEvent = { type: 'error', failure, raw: { dialect, wire: frame.data } };
        return [carrying(event, { marks: lineMarks(frame, 'error') })];
      }
      const type = wire['type'] ?? frame.event;
      const events = eventsOf(wire, type, answer);
      if (frame.event === wire['type'] && frame.id === undefined && frame.retry === undefined) return events;
      const marks = { ...lineMarks(frame, wire['type']), frameType: wire['type'] === undefined ? 'absent' : undefined };
      return events.map((event, index) => (index === 0 ? carrying(event, { marks }) : event));
    },
  };
}

interface Answer {
  readonly blocks: BlockReader;
  began: boolean;
  /** What was told so far; nothing is put out before it begins, though not everybody says so. */
  usage: Usage;
}

const choice = 0;

function eventsOf(wire: JsonObject, type: Json | undefined, answer: Answer): readonly ChatEvent[] {
  switch (type) {
    case 'content_block_delta':
      return answer.blocks.delta(wire);
    case 'content_block_start':
      return answer.blocks.start(wire);
    case 'content_block_stop':
      return answer.blocks.stop(wire);
    case 'ping':
      return [carrying({ type: 'keep-alive' }, { own: untyped(wire) })];
    case 'message_start':
      return startEvents(wire, answer);
    case 'message_delta':
      return endEvents(wire, answer);
    case 'message_stop':
      return [carrying({ type: 'response-end' }, { own: untyped(wire) })];
    default: {
      // Some who speak like Anthropic name the event alone, or send the error of another dialect.
      const failure = saidFailure(type === 'error' && !wire['error'] ? { error: wire } : wire);
      return [failure === undefined ? whole(wire) : errorEvent(failure, { dialect, wire })];
    }
  }
}

/** A message that begins anew amid an answer changes its head; what was said stands. */
function startEvents(wire: JsonObject, answer: Answer): readonly ChatEvent[] {
  const { type: _, message, ...frame } = wire;
  if (!isJsonObject(message)) return [whole(wire)];
  const { id, model, usage, ...rest } = message;
  answer.blocks.begin();
  const { left, marks } = headDefaults.taken(rest);
  const serviceTier = isJsonObject(usage) ? tierOf(usage['service_tier']) : undefined;
  const head: ChatEvent = {
    type: answer.began ? 'response-change' : 'response-start',
    ...(typeof id === 'string' && { id }),
    ...(typeof model === 'string' && { model }),
    ...(serviceTier !== undefined && { serviceTier }),
  };
  const own = {
    ...left,
    ...(id !== undefined && typeof id !== 'string' && { id }),
    ...(model !== undefined && typeof model !== 'string' && { model }),
    ...(usage !== undefined && !isJsonObject(usage) && { usage }),
  };
  const events: ChatEvent[] = [carrying(head, { own, frame, marks: { ...marks, parts: 'blocks' } })];
  if (!answer.began) events.push({ type: 'message-start', choice });
  if (isJsonObject(usage)) events.push({ type: 'usage', usage: counted(usage, answer), soFar: true });
  answer.began = true;
  return inOneFrame(events);
}

/** Why it ended, and what it consumed. Where it does not say why, there is more to come. */
function endEvents(wire: JsonObject, answer: Answer): readonly ChatEvent[] {
  const { type: _, delta, usage, ...rest } = wire;
  const word = isJsonObject(delta) ? delta['stop_reason'] : undefined;
  const told = isJsonObject(usage) ? counted(usage, answer) : undefined;
  const frame = usage === undefined || told !== undefined ? rest : { ...rest, usage };
  if (!isJsonObject(delta) || typeof word !== 'string') {
    if (told === undefined) return [whole(wire)];
    return inOneFrame([
      whole(wire),
      carrying({ type: 'usage', usage: told, soFar: true }, { marks: { stands: 'frame' } }),
    ]);
  }
  const { stop_reason: __, ...own } = delta;
  const { stop_sequence: sequence, ...ownWithout } = own;
  const finish = carrying(
    { type: 'finish', choice, finish: finishOf(word) },
    {
      own: sequence === null ? ownWithout : own,
      frame: told === undefined ? frame : {},
      marks: { stop_sequence: sequence === undefined ? 'absent' : undefined },
    },
  );
  if (told === undefined) return [finish];
  return inOneFrame([finish, carrying({ type: 'usage', usage: told }, { own: frame })]);
}

function counted(usage: JsonObject, answer: Answer): ReturnType<typeof reported> {
  const told = reported(usage, answer.usage);
  answer.usage = told.counted ?? answer.usage;
  return told;
}

function signOfLife({ comment, ...lines }: Frame): ChatEvent {
  const event: ChatEvent = { type: 'keep-alive', ...(comment !== undefined && { comment }) };
  return carrying(event, {
    marks: { ...lineMarks(lines, undefined), frame: comment === undefined ? 'bare' : 'comment' },
  });
}

function untyped({ type: _, ...rest }: JsonObject): JsonObject {
  return rest;
}
