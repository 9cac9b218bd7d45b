import type { ChatEvent, Finish, ReportedUsage, ResponseHead } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { at, type Writing } from '../place.ts';
import type { Frame } from '../sse.ts';
import { stopReason } from './finish.ts';
import { framed } from './frames.ts';
import { headDefaults } from './head.ts';
import { messageId } from './made-up-id.ts';
import { partWriter } from './part-writer.ts';
import { usageWire } from './reported-usage.ts';
import { withTier } from './service-tier.ts';

/** Says a streamed answer that came from another dialect: its start at its first word, its end and usage together at its end. */
export interface ForeignWriter {
  push(event: ChatEvent): readonly Frame[];
  /** The message is begun by somebody else; this only adds to it. */
  follow(): void;
  /** Everything that was begun is over. */
  close(): readonly Frame[];
  /** The answer is whole: what was held back, and whatever a message must have. */
  finish(): readonly Frame[];
  /** How many blocks were begun. */
  count(): number;
}

export interface ForeignPlaces {
  readonly place: Writing;
  /** The place in the message of the next block. */
  nextIndex(): number;
}

export function foreignWriter({ place, nextIndex }: ForeignPlaces): ForeignWriter {
  const choice = at(at(place, 'choices'), 0);
  const answer: Answer = { head: {}, isBegun: false, finish: undefined, usage: undefined };
  const parts = partWriter({
    place: choice,
    nextIndex,
    messageId: () => messageId(answer.head),
  });
  const begin = (): readonly Frame[] => (answer.isBegun ? nothing : [startFrame(answer, place)]);
  return {
    count: parts.count,
    follow() {
      answer.isBegun = true;
    },
    close: parts.close,
    finish() {
      const frames = [...begin(), ...parts.close()];
      const reason = stopReason(answer.finish, parts.ending, at(choice, 'finish'));
      const delta = { stop_reason: reason, stop_sequence: null };
      const usage = usageWire(answer.usage, at(place, 'usage'));
      return [...frames, framed({ type: 'message_delta', delta, usage })];
    },
    push(event) {
      switch (event.type) {
        case 'response-start':
        case 'response-change':
          note(answer, event, place);
          return nothing;
        case 'message-start':
          return nothing;
        case 'usage':
          if (event.soFar !== true || answer.usage === undefined || !answer.isBegun) answer.usage = event.usage;
          return nothing;
        case 'finish':
          answer.finish = event.finish;
          return [...begin(), ...parts.close()];
        case 'logprobs':
          place.lost({ path: at(choice, 'logprobs').path, why: 'unsupported' });
          return nothing;
        default: {
          const frames = parts.push(event);
          return answer.isBegun || frames.length === 0 ? frames : [...begin(), ...frames];
        }
      }
    },
  };
}

const nothing: readonly Frame[] = [];

interface Answer {
  head: ResponseHead;
  isBegun: boolean;
  finish: Finish | undefined;
  usage: ReportedUsage | undefined;
}

/** The head is told once, at the start: what is different later has no place. */
function note(answer: Answer, event: ResponseHead & ChatEvent, place: Writing): void {
  const { id, model, serviceTier } = event;
  const head = { id, model, serviceTier };
  if (answer.isBegun) {
    for (const name of ['id', 'model', 'serviceTier'] as const) {
      if (head[name] !== undefined && head[name] !== answer.head[name])
        place.lost({ path: at(place, name).path, why: 'late' });
    }
    return;
  }
  answer.head = event;
}

function startFrame(answer: Answer, place: Writing): Frame {
  answer.isBegun = true;
  const { model = '', serviceTier } = answer.head;
  const usage = withTier(usageWire(answer.usage, at(place, 'usage')), serviceTier, place);
  const message: JsonObject = { id: messageId(answer.head), model, ...headDefaults.given({}, () => false), usage };
  return framed({ type: 'message_start', message });
}
