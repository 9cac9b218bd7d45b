import type { ChatRequest } from '../../core/chat.ts';
import type { Lost } from '../../core/loss.ts';
import type { CustomCallPart, Message, Part, ReasoningPart, RoleMessage, ToolCallPart } from '../../core/message.ts';
import type { DialectName } from '../../core/payload.ts';
import type { ModelTraits } from '../../providers/model-traits.ts';
import { type Opened, type Seal, type SealOrigin, unsealedText } from './seal.ts';

export interface Unsealing {
  /** The caller's own dialect. */
  readonly caller: DialectName;
  /** Who is to be asked. */
  readonly target: SealOrigin;
  /** What can be told there of former thoughts; absent: all that was not sealed by another. */
  readonly pastReasoning?: ModelTraits['pastReasoning'];
}

/** A request as its target may see it. */
export interface Unsealed {
  readonly request: ChatRequest;
  /** Where the parts of a changed message stood before, by the message's number. */
  readonly sources: PartSources;
}

export type PartSources = ReadonlyMap<number, readonly number[]>;

/**
 * Opens what callers carried along: what the target's own model made stands in its place again, what another one made is
 * dropped and told. Ids are clean afterwards, in calls and results alike. Messages are neither added nor taken away.
 */
export function unsealed(request: ChatRequest, unsealing: Unsealing, lost: Lost): Unsealed {
  const sources = new Map<number, readonly number[]>();
  let changed = false;
  const messages = request.messages.map((message, number): Message => {
    if (message.type !== 'message') return message;
    const turn =
      message.role === 'assistant'
        ? openedTurn(message, { ...unsealing, path: `messages[${number}]`, lost })
        : { message: withCleanResults(message) };
    if (turn.message === message) return message;
    changed = true;
    if (turn.from !== undefined) sources.set(number, turn.from);
    return turn.message;
  });
  return { request: changed ? { ...request, messages } : request, sources };
}

interface Turn {
  readonly message: RoleMessage;
  /** The former place of each part; absent if they all stand where they stood. */
  readonly from?: readonly number[];
}

function withCleanResults(message: RoleMessage): RoleMessage {
  let changed = false;
  const parts = message.parts.map((part): Part => {
    if (part.type !== 'tool-result') return part;
    const { clean } = unsealedText(part.callId);
    if (clean === part.callId) return part;
    changed = true;
    return { ...part, callId: clean };
  });
  return changed ? { ...message, parts } : message;
}

/** A part with the number of the one it came from. */
interface Placed {
  readonly part: Part;
  readonly from: number;
}

interface Turning extends Unsealing {
  readonly path: string;
  readonly lost: Lost;
}

function openedTurn(message: RoleMessage, turning: Turning): Turn {
  if (!message.parts.some((part) => concerns(part))) return { message };
  const front: Placed[] = [];
  const rest: Placed[] = [];
  /** Thoughts came back out of the ids of calls: what could be read of them is said twice now. */
  let restored = false;
  /** A thought without words carried it for the call that follows. */
  let signature: string | undefined;
  message.parts.forEach((part, from) => {
    const path = `${turning.path}.parts[${from}]`;
    if (part.type === 'reasoning') {
      const opened = openedThought(part, { ...turning, path });
      signature = opened.signature ?? signature;
      rest.push(...opened.thoughts.map((one) => ({ part: one, from })));
    } else if (part.type === 'tool-call' || part.type === 'custom-call') {
      const { call, thoughts, late } = openedCall(part, { ...turning, path });
      const home = restored || late ? rest : front;
      home.push(...thoughts.map((one) => ({ part: one, from })));
      restored ||= thoughts.length > 0;
      rest.push({ part: signature === undefined ? call : { ...call, signature }, from });
      signature = undefined;
    } else rest.push({ part: withoutForeignSignature(part, { ...turning, path }), from });
  });
  const isSaidAgain = ({ part, from }: Placed): boolean =>
    restored && part.type === 'reasoning' && isReadAlone(part) && part === message.parts[from];
  const kept = rest.filter((one) => !isSaidAgain(one));
  const placed = [...front, ...kept];
  return { message: { ...message, parts: placed.map(({ part }) => part) }, from: placed.map(({ from }) => from) };
}

function concerns(part: Part): boolean {
  if (part.type === 'reasoning') return true;
  if (part.type === 'opaque') return false;
  if (part.signature !== undefined) return true;
  return (part.type === 'tool-call' || part.type === 'custom-call') && unsealedText(part.id).opened.kind !== 'none';
}

/** Text alone, with nothing that the vendor could know it by. */
function isReadAlone({ signature, encrypted }: ReasoningPart): boolean {
  return (signature ?? encrypted) === undefined;
}

interface OpenedThought {
  readonly thoughts: readonly ReasoningPart[];
  readonly signature?: string;
}

function openedThought(part: ReasoningPart, turning: Turning): OpenedThought {
  const { opened } = unsealedText(part.signature ?? '');
  if (opened.kind === 'none') {
    if (!isForeign(turning)) return { thoughts: [part] };
    if (isReadAlone(part) && turning.pastReasoning !== 'none') return { thoughts: [part] };
    turning.lost({ path: turning.path, why: isReadAlone(part) ? 'unsupported' : 'other-model' });
    return { thoughts: [] };
  }
  const seal = ownSeal(opened, turning, turning.path);
  if (seal === undefined) return { thoughts: [] };
  const ofCall = seal.signature === undefined ? {} : { signature: seal.signature };
  if (turning.pastReasoning === 'none' && seal.reasoning.length > 0) {
    turning.lost({ path: turning.path, why: 'unsupported' });
    return { thoughts: [], ...ofCall };
  }
  // Of several together each has its own text.
  const text = part.text === '' || seal.reasoning.length > 1 ? undefined : part.text;
  const thoughts = seal.reasoning.map((thought) => {
    if (thought.text !== undefined) return thought;
    if (text !== undefined) return { ...thought, text };
    return thought.encrypted === undefined ? { ...thought, text: '' } : thought;
  });
  return { thoughts, ...ofCall };
}

type Call = ToolCallPart | CustomCallPart;

interface OpenedCall {
  readonly call: Call;
  readonly thoughts: readonly ReasoningPart[];
  readonly late: boolean;
}

function openedCall(part: Call, turning: Turning): OpenedCall {
  const { clean, opened } = unsealedText(part.id);
  const own = withoutForeignSignature(part, turning);
  if (opened.kind === 'none') return { call: own, thoughts: [], late: false };
  const seal = ownSeal(opened, turning, `${turning.path}.id`);
  return {
    call: { ...own, id: clean, ...(seal?.signature !== undefined && { signature: seal.signature }) },
    thoughts: seal?.reasoning ?? [],
    late: seal?.late === true,
  };
}

/** The seal, if it is for the one who is to be asked; told if not. */
function ownSeal(opened: Opened, { target, lost }: Turning, path: string): Seal | undefined {
  if (opened.kind !== 'seal') {
    lost({ path, why: 'seal-broken' });
    return undefined;
  }
  const { seal } = opened;
  if (seal.provider === target.provider && seal.dialect === target.dialect) return seal;
  lost({ path, why: 'other-model' });
  return undefined;
}

/** A signature that the caller has from a vendor of its own dialect is nothing to one of another. */
function withoutForeignSignature<P extends Part>(part: P, turning: Turning): P {
  if (part.type === 'opaque' || part.signature === undefined || !isForeign(turning)) return part;
  turning.lost({ path: `${turning.path}.signature`, why: 'other-model' });
  const { signature: _, ...rest } = part;
  // Only what was optional is gone.
  return rest as P;
}

function isForeign({ caller, target }: Unsealing): boolean {
  return caller !== target.dialect;
}
