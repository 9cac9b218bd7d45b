import type { Choice } from '../../core/chat.ts';
import type { CustomCallPart, Part, ReasoningPart, ToolCallPart } from '../../core/message.ts';
import type { AnswerEdit } from './answer-edit.ts';
import { callSeal, isSealed, type Riding, reasoningPath, type Sealing, signatureOf } from './call-seal.ts';
import { sealedStream } from './sealed-stream.ts';

/** Wraps what only the answering model may see again, so that a caller of another dialect hands it back. */
export function sealedAnswer(sealing: Sealing): AnswerEdit {
  return {
    whole: (response) => ({ ...response, choices: response.choices.map((choice) => sealedChoice(choice, sealing)) }),
    stream: () => sealedStream(sealing),
  };
}

function sealedChoice(choice: Choice, sealing: Sealing): Choice {
  const { message } = choice;
  if (!message.parts.some(isSealable)) return choice;
  const parts =
    sealing.seals === 'parts' ? inParts(choice, message.parts, sealing) : inCallIds(choice, message.parts, sealing);
  return { ...choice, message: { ...message, parts } };
}

function isSealable(part: Part): boolean {
  return part.type === 'reasoning' || (isCall(part) && part.signature !== undefined);
}

function isCall(part: Part): part is ToolCallPart | CustomCallPart {
  return part.type === 'tool-call' || part.type === 'custom-call';
}

/** Each thought carries its own seal, unsigned ones too: the caller's dialect would not take them back without. */
function inParts({ index }: Choice, parts: readonly Part[], sealing: Sealing): readonly Part[] {
  return parts.flatMap((part): readonly Part[] => {
    if (part.type === 'reasoning') {
      const { text = '', ...hidden } = part;
      return [{ type: 'reasoning', text, ...signatureOf({ reasoning: [hidden] }, index, sealing) }];
    }
    if (!isCall(part) || part.signature === undefined) return [part];
    const { signature, ...call } = part;
    // A call has no place for a seal here: a thought without words goes before it.
    return [{ type: 'reasoning', text: '', ...signatureOf({ reasoning: [], signature }, index, sealing) }, call];
  });
}

/** The thoughts since the last call ride behind the id of the next one; their text stays to be read. */
function inCallIds({ index }: Choice, parts: readonly Part[], sealing: Sealing): readonly Part[] {
  let thoughts: ReasoningPart[] = [];
  let said = false;
  let late = false;
  const out: Part[] = [];
  for (const part of parts) {
    if (part.type === 'reasoning') {
      if (thoughts.length === 0) late = said;
      thoughts.push(part);
      if (!isSealed(part)) out.push(part);
      else if (part.text !== undefined && part.text !== '') out.push({ type: 'reasoning', text: part.text });
    } else if (isCall(part)) {
      out.push(sealedCall(part, { index, sealing, thoughts, late }));
      thoughts = [];
      said = true;
    } else {
      out.push(part);
      said = true;
    }
  }
  if (thoughts.some(isSealed)) sealing.lost({ path: reasoningPath(index), why: 'no-call' });
  return out;
}

function sealedCall<Call extends ToolCallPart | CustomCallPart>(part: Call, riding: Riding): Call {
  const { signature, ...call } = part;
  const seal = callSeal(signature, riding);
  // Only the signature is gone, and it was optional.
  return (seal === '' && signature === undefined ? part : { ...call, id: call.id + seal }) as Call;
}
