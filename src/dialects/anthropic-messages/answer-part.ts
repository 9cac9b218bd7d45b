import { isJsonObject, type Json } from '../../core/json.ts';
import type { Part } from '../../core/message.ts';
import { at, type Writing } from '../place.ts';
import { writeBlock } from './blocks.ts';
import { spelled } from './carry.ts';
import { madeUpCallId } from './made-up-id.ts';

/** The blocks of an answer. `place` is that of its message. */
export function answerContent(parts: readonly Part[], messageId: string, place: Writing): readonly Json[] {
  let calls = 0;
  return parts.flatMap((part, index) => {
    const written = answerBlock(part, at(at(place, 'parts'), index));
    if (part.type !== 'tool-call') return written === undefined ? [] : [written];
    const id = part.id === '' ? madeUpCallId(messageId, calls) : part.id;
    calls += 1;
    return isJsonObject(written) ? [{ ...written, id }] : [];
  });
}

/**
 * They differ from those of a history: a refusal is text, for the answer's end says what it is; sound is what was spoken, as
 * text; and ids are told as they are, for they only come back to us.
 */
function answerBlock(part: Part, place: Writing): Json | undefined {
  switch (part.type) {
    case 'text':
      return part.text === '' && spelled(part, 'text') !== 'blank' ? undefined : writeBlock(part, place);
    case 'refusal':
      return part.text === '' ? undefined : writeBlock({ ...part, type: 'text' }, place);
    case 'audio':
      place.lost({ path: place.path, why: 'unsupported' });
      return part.transcript ? { type: 'text', text: part.transcript } : undefined;
    default:
      return writeBlock(part, place);
  }
}
