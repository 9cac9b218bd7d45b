import type { ChatEvent } from '../../core/chat.ts';
import { isJsonObject } from '../../core/json.ts';
import { placeOf, reportEventExtras } from '../event-place.ts';
import type { Writing } from '../place.ts';
import type { Frame } from '../sse.ts';
import { dialect, extras, spelled } from './carry.ts';
import { failure } from './failure.ts';
import { foreignWriter } from './foreign-writer.ts';
import { frameWriter } from './frame-writer.ts';
import { framedAs, linesOf } from './frames.ts';

/** Says one streamed answer, wherever its events came from. */
export interface AnswerWriter {
  push(event: ChatEvent): readonly Frame[];
  end(): readonly Frame[];
}

/**
 * Events that came from frames of this dialect become the same frames again, in the same order, however odd. Others are put
 * into the order that its clients rely on.
 */
export function answerWriter(place: Writing): AnswerWriter {
  const own = frameWriter(place);
  const indices = ownIndices();
  const foreign = foreignWriter({ place, nextIndex: indices.next });
  let isOwn = false;
  const asItCame = (event: ChatEvent): readonly Frame[] => {
    const index = indices.of(event, foreign.count());
    return own.add(foreign.count() > 0 ? moved(event, index) : event, index);
  };
  return {
    push(event) {
      if (event.extras !== undefined) reportEventExtras(dialect, event, place.lost);
      if ('choice' in event && event.choice !== undefined && event.choice !== 0) {
        place.lost({ path: `choices[${event.choice}]`, why: 'unsupported' });
        return [];
      }
      if (own.isOpen()) return asItCame(event);
      switch (event.type) {
        case 'keep-alive':
          return [aliveFrame(event)];
        case 'error':
          return errorFrames(event);
        case 'opaque':
          if (event.dialect === dialect) return [...(isStart(event) ? foreign.close() : []), ...asItCame(event)];
          place.lost({ path: placeOf(event, place.lost).path || 'stream', why: `only-${event.dialect}` });
          return [];
        case 'response-start':
        case 'response-change':
          if (spelled(event, 'parts') !== 'blocks') return foreign.push(event);
          isOwn = true;
          foreign.follow();
          indices.begin();
          return asItCame(event);
        case 'response-end':
          return [
            ...(isOwn ? foreign.close() : foreign.finish()),
            framedAs(event, { type: 'message_stop', ...extras(event) }),
          ];
        default:
          if (!isOwn || !isNumbered(event)) return foreign.push(event);
          if (event.type !== 'finish' && !isStart(event)) return asItCame(event);
          return [...foreign.close(), ...asItCame(event)];
      }
    },
    end: () => [],
  };
}

type EventOf<Type extends ChatEvent['type']> = Extract<ChatEvent, { readonly type: Type }>;

/** Whether the vendor's own frames have a place for it; what somebody added to them has none. */
function isNumbered(event: ChatEvent): boolean {
  return ('part' in event && event.part !== undefined) || event.type === 'finish' || event.type === 'usage';
}

/** Where in the message each block stands. It is where it stood, unless somebody added blocks before it. */
function ownIndices() {
  const indices = new Map<number, number>();
  let next = 0;
  const noted = (index: number): number => {
    next = Math.max(next, index + 1);
    return index;
  };
  return {
    begin: () => indices.clear(),
    next: () => noted(next),
    of(event: ChatEvent, added: number): number {
      const index = indexIn(event);
      if (index === undefined) return 0;
      if (!isStart(event)) return indices.get(index) ?? index;
      indices.set(index, noted(index + added));
      return index + added;
    },
  };
}

function indexIn(event: ChatEvent): number | undefined {
  if ('part' in event) return event.part;
  if (event.type !== 'opaque' || !isJsonObject(event.wire)) return undefined;
  const { index } = event.wire;
  return typeof index === 'number' ? index : undefined;
}

function isStart(event: ChatEvent): boolean {
  if (event.type !== 'opaque') return event.type === 'part-start';
  return isJsonObject(event.wire) && event.wire['type'] === 'content_block_start';
}

/** A frame that is carried as it is has its index within. */
function moved(event: ChatEvent, index: number): ChatEvent {
  if (event.type !== 'opaque' || !isJsonObject(event.wire) || indexIn(event) === undefined) return event;
  return { ...event, wire: { ...event.wire, index } };
}

function aliveFrame(event: EventOf<'keep-alive'>): Frame {
  const form = spelled(event, 'frame');
  if (form === 'bare') return linesOf(event, undefined);
  if (form === 'comment') return { comment: event.comment ?? '' };
  return framedAs(event, { type: 'ping', ...extras(event) });
}

function errorFrames(event: EventOf<'error'>): readonly Frame[] {
  if (event.raw?.dialect !== dialect) return failure.frames(event.failure, '');
  const { wire } = event.raw;
  if (isJsonObject(wire)) return [framedAs(event, wire)];
  return [{ ...linesOf(event, 'error'), data: typeof wire === 'string' ? wire : JSON.stringify(wire) }];
}
