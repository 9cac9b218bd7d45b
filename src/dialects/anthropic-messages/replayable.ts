import type { Part, TextPart } from '../../core/message.ts';
import { unsayable } from '../carrying.ts';
import { at, type Writing } from '../place.ts';
import { spelled } from './carry.ts';
import { isReplayable as isReplayableCitation } from './citations.ts';
import { isReplayable as isReplayableThought } from './thoughts.ts';

/**
 * What of a part the vendor takes in a history: no blank text, no thought and no citation without its own seal. What came so from
 * this dialect goes back so, for the vendor to judge.
 */
export function replayable(part: Part, place: Writing): Part | undefined {
  if (part.type === 'reasoning' && !isReplayableThought(part)) return unsayable(place, 'unsigned');
  if (part.type !== 'text' && part.type !== 'refusal') return part;
  if (part.text.trim() !== '' || spelled(part, 'text') === 'blank')
    return part.type === 'text' ? cited(part, place) : part;
  // A text of nothing says nothing, but a breakpoint on it may.
  return part.text === '' && part.cacheBreakpoint === undefined ? undefined : unsayable(place, 'blank');
}

function cited({ citations, ...part }: TextPart, place: Writing): TextPart {
  if (citations === undefined) return part;
  const kept = citations.filter((one, index) => {
    const isKept = one.type === 'opaque' || isReplayableCitation(one);
    if (!isKept) place.lost({ path: at(at(place, 'citations'), index).path, why: 'unsigned' });
    return isKept;
  });
  return kept.length === 0 ? part : { ...part, citations: kept };
}
