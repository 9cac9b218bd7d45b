import type { JsonObject } from '../../core/json.ts';
import type { ReasoningPart } from '../../core/message.ts';
import { reportUnsaid } from '../carrying.ts';
import { required, text } from '../field.ts';
import type { Reading, Writing } from '../place.ts';
import { marked, shape, spelled } from './carry.ts';

/** A `thinking` block. https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
export function readThinking(found: JsonObject, place: Reading): ReasoningPart {
  const read: ReasoningPart = { type: 'reasoning', ...thinkingShape.decode(found, place) };
  return marked(read, 'signature', read.signature === undefined ? 'absent' : undefined);
}

/** A `redacted_thinking` block: thoughts that only the vendor can read. */
export function readRedacted(found: JsonObject, place: Reading): ReasoningPart {
  return { type: 'reasoning', ...redactedShape.decode(found, place) };
}

export function writeThoughts(part: ReasoningPart, place: Writing): JsonObject {
  reportUnsaid(part, ['summary', 'id', 'cacheBreakpoint'], place);
  if (part.encrypted !== undefined) {
    reportUnsaid(part, ['text', 'signature'], place);
    return redactedShape.encode({ ...part, encrypted: part.encrypted }, place);
  }
  const sealed = part.signature === undefined && !wasUnsealed(part) ? { ...part, signature: '' } : part;
  return thinkingShape.encode({ ...sealed, text: part.text ?? '' }, place);
}

/** Whether a thought may be told to the vendor again: it takes only those that it sealed itself. */
export function isReplayable(part: ReasoningPart): boolean {
  return (part.encrypted ?? part.signature) !== undefined || wasUnsealed(part);
}

/** Some who speak like Anthropic set no seal, and ask for none. */
function wasUnsealed(part: ReasoningPart): boolean {
  return spelled(part, 'signature') === 'absent';
}

const thinkingShape = shape<{ readonly text: string; readonly signature?: string }>(
  { text: required(text('thinking')), signature: text('signature') },
  { type: 'thinking' },
);

const redactedShape = shape<{ readonly encrypted: string }>(
  { encrypted: required(text('data')) },
  { type: 'redacted_thinking' },
);
