import type { ChatEvent } from '../../core/chat.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Lost } from '../../core/loss.ts';
import { errorEvent } from '../answer-events.ts';
import type { StreamCodec } from '../dialect.ts';
import { saidFailure } from '../error-answer.ts';
import { onceEach, placeOf, reportEventExtras } from '../event-place.ts';
import { jsonIn } from '../json-text.ts';
import { failure } from '../openai/failure.ts';
import { garbled } from '../place.ts';
import type { Frame } from '../sse.ts';
import { dialect, spelled } from './carry.ts';
import { extrasAt, withExtras } from './chunk-extras.ts';
import { type ChunkReader, chunkReader } from './chunk-reader.ts';
import { chunkWriter, lineExtras } from './chunk-writer.ts';

/** A streamed answer, both ways. https://platform.openai.com/docs/api-reference/chat-streaming */
export const stream: StreamCodec<ChatEvent> = {
  decoder() {
    const chunks = chunkReader();
    let ended: 'whole' | 'broken' | undefined;
    return {
      push(frame) {
        if (ended === 'whole') return [];
        const events = eventsOf(frame, chunks);
        for (const { type } of events) {
          if (type === 'error') ended = 'broken';
          if (type === 'response-end') ended ??= 'whole';
        }
        return events;
      },
      end() {
        if (ended !== undefined) return [];
        // Perplexity, and Text Generation Inference among others, say why they stop but send no `[DONE]`.
        if (chunks.isFinished()) return [{ type: 'response-end' }];
        return [{ type: 'error', failure: new Failure('provider-garbled', cutShort) }];
      },
    };
  },
  encoder(tell) {
    const lost = onceEach(tell);
    const chunks = chunkWriter(lost);
    return {
      push(event) {
        if (event.extras !== undefined) reportEventExtras(dialect, event, lost);
        const alone = frameAlone(event, lost);
        return alone === undefined ? chunks.add(event) : [...chunks.flush(), ...alone];
      },
      end: () => chunks.flush(),
    };
  },
  endMark: [{ data: '[DONE]' }],
};

const cutShort = 'The provider ended its stream before the answer was whole.';
const done = '[DONE]';

function eventsOf({ comment, data, ...lines }: Frame, chunks: ChunkReader): readonly ChatEvent[] {
  if (data === undefined)
    return [withExtras({ type: 'keep-alive', ...(comment !== undefined && { comment }) }, 'frame', { ...lines })];
  const events = dataEvents(data, lines.event, chunks);
  const first = events.findIndex(({ type }) => type !== 'response-start' && type !== 'response-change');
  const event = events[first];
  const own = event?.type === 'response-end' && data !== done ? { ...lines, data } : lines;
  return event === undefined ? events : events.with(first, withExtras(event, 'frame', { ...own }));
}

function dataEvents(data: string, name: string | undefined, chunks: ChunkReader): readonly ChatEvent[] {
  if (data.trim() === done) return [{ type: 'response-end' }];
  const said = jsonIn(data);
  if (!isJsonObject(said))
    return [errorEvent(garbled('a frame of its stream is no JSON object'), { dialect, wire: data })];
  // Groq marks an error by the event's name; the official SDK then takes the data itself for it.
  const problem = name === 'error' && said['error'] === undefined ? { error: said } : said;
  const failed = said['choices'] === undefined ? saidFailure(problem) : undefined;
  if (failed !== undefined) return [errorEvent(failed, { dialect, wire: said })];
  try {
    return chunks.read(said);
  } catch (thrown) {
    return [errorEvent(asFailure(thrown), { dialect, wire: said })];
  }
}

/** What stands in frames of its own. Undefined: it belongs into a chunk. */
function frameAlone(event: ChatEvent, lost: Lost): readonly Frame[] | undefined {
  switch (event.type) {
    case 'keep-alive': {
      const lines = linesOf(event);
      const isBare = event.comment !== undefined || Object.keys(lines).length === 0;
      return [isBare ? { comment: event.comment ?? ' keep-alive' } : lines];
    }
    case 'response-end':
      return [{ ...linesOf(event), data: textOf(extrasAt(event, 'frame')) ?? done }];
    case 'error':
      if (spelled(event, 'stands') === 'chunk') return undefined;
      if (event.raw?.dialect !== dialect) return failure.frames(event.failure, '');
      return [
        {
          ...linesOf(event),
          data: typeof event.raw.wire === 'string' ? event.raw.wire : JSON.stringify(event.raw.wire),
        },
      ];
    case 'opaque':
      if (event.dialect === dialect)
        return event.choice === undefined ? [{ ...linesOf(event), data: JSON.stringify(event.wire) }] : undefined;
      lost({ path: placeOf(event, lost).path || 'stream', why: `only-${event.dialect}` });
      return [];
    default:
      return undefined;
  }
}

function linesOf(event: ChatEvent): Frame {
  return lineExtras(extrasAt(event, 'frame'));
}

function textOf({ data }: JsonObject): string | undefined {
  return typeof data === 'string' ? data : undefined;
}
