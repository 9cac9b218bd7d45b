import type { ChatEvent } from '../../core/chat.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Lost } from '../../core/loss.ts';
import type { StreamCodec } from '../dialect.ts';
import { garbled } from '../place.ts';
import { reportForeign } from '../shape.ts';
import type { Frame } from '../sse.ts';
import { dialect, spelled } from './carry.ts';
import { extrasAt, withExtras } from './chunk-extras.ts';
import { type ChunkReader, chunkReader, errorEvent } from './chunk-reader.ts';
import { chunkWriter, lineExtras } from './chunk-writer.ts';
import { saidFailure } from './error-answer.ts';
import { failure } from './failure.ts';

/** A streamed answer, both ways. https://platform.openai.com/docs/api-reference/chat-streaming */
export const stream: StreamCodec<ChatEvent> = {
  decoder() {
    const chunks = chunkReader();
    let ended: 'whole' | 'broken' | undefined;
    return {
      push(frame) {
        if (ended === 'whole') return [];
        const events = eventsOf(frame, chunks);
        if (events.some(({ type }) => type === 'error')) ended = 'broken';
        if (events.some(({ type }) => type === 'response-end')) ended ??= 'whole';
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
  encoder(lost) {
    const chunks = chunkWriter(lost);
    return {
      push(event) {
        reportForeign(dialect, event, { path: 'stream', lost });
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
  return events.map((event, index) => {
    const own = event.type === 'response-end' && data !== done ? { ...lines, data } : lines;
    return index === first ? withExtras(event, 'frame', { ...own }) : event;
  });
}

function dataEvents(data: string, name: string | undefined, chunks: ChunkReader): readonly ChatEvent[] {
  if (data.trim() === done) return [{ type: 'response-end' }];
  const said = parsed(data);
  if (!isJsonObject(said)) return [errorEvent(garbled('a frame of its stream is no JSON object'), data)];
  // Groq marks an error by the event's name; the official SDK then takes the data itself for it.
  const problem = name === 'error' && said['error'] === undefined ? { error: said } : said;
  const failed = said['choices'] === undefined ? saidFailure(problem) : undefined;
  if (failed !== undefined) return [errorEvent(failed, said)];
  try {
    return chunks.read(said);
  } catch (thrown) {
    return [errorEvent(asFailure(thrown), said)];
  }
}

/** What stands in frames of its own. Undefined: it belongs into a chunk. */
function frameAlone(event: ChatEvent, lost: Lost): readonly Frame[] | undefined {
  const lines = lineExtras(extrasAt(event, 'frame'));
  switch (event.type) {
    case 'keep-alive':
      return [
        event.comment === undefined && Object.keys(lines).length > 0
          ? lines
          : { comment: event.comment ?? ' keep-alive' },
      ];
    case 'response-end':
      return [{ ...lines, data: textOf(extrasAt(event, 'frame')) ?? done }];
    case 'error':
      if (spelled(event, 'stands') === 'chunk') return undefined;
      if (event.raw?.dialect !== dialect) return failure.frames(event.failure, '');
      return [{ ...lines, data: typeof event.raw.wire === 'string' ? event.raw.wire : JSON.stringify(event.raw.wire) }];
    case 'opaque':
      if (event.dialect === dialect)
        return event.choice === undefined ? [{ ...lines, data: JSON.stringify(event.wire) }] : undefined;
      lost({ path: 'stream', why: `only-${event.dialect}` });
      return [];
    default:
      return undefined;
  }
}

function textOf({ data }: JsonObject): string | undefined {
  return typeof data === 'string' ? data : undefined;
}

function parsed(data: string): Json | undefined {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
