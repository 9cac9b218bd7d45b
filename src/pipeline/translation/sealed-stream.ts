import type { ChatEvent } from '../../core/chat.ts';
import type { ReasoningPart } from '../../core/message.ts';
import type { EventEdit } from './answer-edit.ts';
import { callSeal, isSealed, reasoningPath, type Sealing, signatureOf } from './call-seal.ts';

/** The same for a streamed answer: texts go on as they come, seals are gathered until there is a place for them. */
export function sealedStream(sealing: Sealing): EventEdit {
  const choices = new Map<number, ChoiceSeals>();
  const sealsOf = (index: number): ChoiceSeals => {
    const known = choices.get(index);
    if (known !== undefined) return known;
    const fresh = sealing.seals === 'parts' ? sealsInParts(index, sealing) : sealsInCallIds(index, sealing);
    choices.set(index, fresh);
    return fresh;
  };
  return (event) => {
    if ('choice' in event && event.choice !== undefined) return sealsOf(event.choice).push(event);
    if (event.type !== 'response-end' || choices.size === 0) return [event];
    return [...[...choices.values()].flatMap((seals) => seals.end()), event];
  };
}

/** The seals of one choice. */
interface ChoiceSeals {
  push(event: ChatEvent): readonly ChatEvent[];
  /** The choice is over. */
  end(): readonly ChatEvent[];
}

function sealsInCallIds(index: number, sealing: Sealing): ChoiceSeals {
  let thoughts = thoughtsOf();
  let said = false;
  let late = false;
  const end = (): readonly ChatEvent[] => {
    if (thoughts.parts.some(isSealed)) sealing.lost({ path: reasoningPath(index), why: 'no-call' });
    thoughts = thoughtsOf();
    return [];
  };
  return {
    end,
    push(event) {
      switch (event.type) {
        case 'reasoning-delta':
          if (thoughts.parts.length === 0) late = said;
          thoughts.add(event);
          return isSealed(event) ? visible(event) : [event];
        case 'tool-call-start': {
          const seal = callSeal(event.signature, { index, sealing, thoughts: thoughts.parts, late });
          const { signature, ...start } = event;
          thoughts = thoughtsOf();
          said = true;
          return [seal === '' && signature === undefined ? event : { ...start, id: start.id + seal }];
        }
        case 'message-start':
        case 'part-start':
        case 'part-end':
          return [event];
        case 'finish':
          end();
          return [event];
        default:
          said = true;
          return [event];
      }
    },
  };
}

/** A thought is over where its part ends or, where parts are not numbered, where anything else begins. */
function sealsInParts(index: number, sealing: Sealing): ChoiceSeals {
  let thoughts = thoughtsOf();
  let part: number | undefined;
  const end = (signature?: string): readonly ChatEvent[] => {
    const [only, ...others] = thoughts.parts;
    if (only === undefined && signature === undefined) return [];
    const { text: _, ...hidden } = only ?? { type: 'reasoning' };
    const reasoning = only === undefined || others.length > 0 ? thoughts.parts : [hidden];
    const sealed = signatureOf({ reasoning, ...(signature !== undefined && { signature }) }, index, sealing);
    thoughts = thoughtsOf();
    if (sealed.signature === undefined) return [];
    return [{ type: 'reasoning-delta', choice: index, ...sealed, ...(part !== undefined && { part }) }];
  };
  return {
    end,
    push(event) {
      if (event.type === 'reasoning-delta') {
        const before = event.part === part ? [] : end();
        part = event.part;
        thoughts.add(event);
        return [...before, ...visible(event)];
      }
      if (event.type === 'tool-call-start' && event.signature !== undefined) {
        const { signature, ...start } = event;
        return [...end(signature), start];
      }
      const before = end();
      return before.length === 0 ? [event] : [...before, event];
    },
  };
}

type ReasoningDelta = Extract<ChatEvent, { readonly type: 'reasoning-delta' }>;

/** What of a thought may be read. */
function visible({ text, signature, encrypted, id, summary, ...event }: ReasoningDelta): readonly ChatEvent[] {
  return text === undefined || text === '' ? [] : [{ ...event, text }];
}

/** Thoughts put together from their deltas. */
interface Thoughts {
  readonly parts: readonly ReasoningPart[];
  add(delta: ReasoningDelta): void;
}

type Draft = { -readonly [Member in keyof ReasoningPart]: ReasoningPart[Member] };

function thoughtsOf(): Thoughts {
  const parts: Draft[] = [];
  let part: number | undefined;
  return {
    parts,
    add(delta) {
      const last = parts.at(-1);
      const draft = last === undefined || delta.part !== part || begins(delta, last) ? opened(parts) : last;
      part = delta.part;
      if (delta.text !== undefined) draft.text = (draft.text ?? '') + delta.text;
      if (delta.signature !== undefined) draft.signature = (draft.signature ?? '') + delta.signature;
      if (delta.encrypted !== undefined) draft.encrypted = delta.encrypted;
      if (delta.id !== undefined) draft.id = delta.id;
      if (delta.summary === true) draft.summary = true;
    },
  };
}

function opened(parts: Draft[]): Draft {
  const draft: Draft = { type: 'reasoning' };
  parts.push(draft);
  return draft;
}

/** Whether a delta, where parts are not numbered, can be no more of the same thought. */
function begins({ text, encrypted, id, summary }: ReasoningDelta, last: Draft): boolean {
  if (encrypted !== undefined || last.encrypted !== undefined) return true;
  if (id !== undefined && last.id !== undefined && id !== last.id) return true;
  return text !== undefined && (last.signature !== undefined || summary !== last.summary);
}
