import type { ChatEvent } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { StreamCodec } from '../dialect.ts';
import { onceEach } from '../event-place.ts';
import { answerWriter } from './answer-writer.ts';
import { frameReader } from './frame-reader.ts';
import { framed } from './frames.ts';

/** A streamed answer, both ways. https://platform.claude.com/docs/en/build-with-claude/streaming */
export const stream: StreamCodec<ChatEvent> = {
  decoder() {
    const frames = frameReader();
    let ended: 'whole' | 'broken' | undefined;
    return {
      push(frame) {
        if (ended === 'whole') return [];
        const events = frames.read(frame);
        const last = events.at(-1)?.type;
        if (last === 'response-end') ended ??= 'whole';
        else if (last === 'error') ended = 'broken';
        return events;
      },
      end: () => (ended === undefined ? [{ type: 'error', failure: new Failure('provider-garbled', cutShort) }] : []),
    };
  },
  encoder: (lost) => answerWriter({ path: '', lost: onceEach(lost) }),
  endMark: [framed({ type: 'message_stop' })],
};

const cutShort = 'The provider ended its stream before the answer was whole.';
