import type { ChatRequest, Reasoning } from '../../core/chat.ts';
import type { Json } from '../../core/json.ts';
import { reportUnsaid } from '../carrying.ts';
import { type Field, integer, type Read, text } from '../field.ts';
import { mistyped, type Reading, type Writing } from '../place.ts';
import { marked, spelled } from './carry.ts';

/** What `thinking` and `output_config.effort` say of how to think. */
export interface Thinking {
  readonly thinking?: Kind;
  readonly thinkingBudget?: number;
  readonly thinkingShown?: boolean;
  readonly effort?: string;
}

const kinds = ['enabled', 'adaptive', 'disabled'] as const;
type Kind = (typeof kinds)[number];

const kind: Field<Kind> = {
  path: 'thinking.type',
  expected: 'a string',
  // One that we have no word for (`between_tools`) stays where it is.
  read: (found, place) => wordOf(found, kinds, place),
  write: (value) => value,
};

const displays = ['summarized', 'omitted'] as const;

const shown: Field<boolean> = {
  path: 'thinking.display',
  expected: 'a string',
  read(found, place) {
    const read = wordOf(found, displays, place);
    return read && { value: read.value === 'summarized' };
  },
  write: (value) => (value ? 'summarized' : 'omitted'),
};

const effort: Field<string> = {
  ...text('output_config.effort'),
  read(found, place, path) {
    const read = text('output_config.effort').read(found, place, path);
    return read !== undefined && foreignEfforts.has(read.value) ? { ...read, spelled: 'as-is' } : read;
  },
  write(value, place, spelled) {
    if (spelled === 'as-is' || !foreignEfforts.has(value)) return value;
    if (value === 'none') return undefined;
    place.lost({ path: 'reasoning.effort', why: 'range' });
    return 'low';
  },
};

/** Words of other vendors that this one does not use: not to think at all, and less than its least. */
const foreignEfforts: ReadonlySet<string> = new Set(['none', 'minimal']);

export const thinkingFields = {
  thinking: kind,
  thinkingBudget: integer('thinking.budget_tokens'),
  thinkingShown: shown,
  effort,
};

/** A request with the canonical words for it. A kind that does not follow from them is noted. */
export function withReasoning(request: ChatRequest, said: Thinking): ChatRequest {
  const reasoning: Reasoning = {
    ...(said.thinking !== undefined && { enabled: said.thinking !== 'disabled' }),
    ...(said.effort !== undefined && { effort: said.effort }),
    ...(said.thinkingBudget !== undefined && { budgetTokens: said.thinkingBudget }),
    ...(said.thinkingShown !== undefined && { visible: said.thinkingShown }),
  };
  if (Object.keys(reasoning).length === 0) return request;
  return marked({ ...request, reasoning }, 'thinking', noteOf(said, reasoning));
}

/** The wire's words for a request's reasoning. */
export function thinkingOf(request: ChatRequest, place: Writing): Thinking {
  const { reasoning } = request;
  if (reasoning === undefined) return {};
  const note = spelled(request, 'thinking');
  const isOff = reasoning.effort === 'none' && spelled(request, 'effort') !== 'as-is';
  const thinking = isOff ? 'disabled' : kindOf(reasoning, note);
  const { budgetTokens, visible, effort: word } = reasoning;
  const isShowable = thinking !== undefined || note === 'absent';
  if (!isShowable) reportUnsaid(reasoning, ['visible'], { ...place, path: 'reasoning' });
  return {
    ...(thinking !== undefined && { thinking }),
    ...(budgetTokens !== undefined && { thinkingBudget: budgetTokens }),
    ...(visible !== undefined && isShowable && { thinkingShown: visible }),
    ...(word !== undefined && { effort: word }),
  };
}

/** Which kind follows from a reasoning, unless it is noted that its own dialect said another, or none. */
function kindOf({ enabled, budgetTokens }: Reasoning, note: string | undefined): Kind | undefined {
  if (enabled === false) return 'disabled';
  if (enabled === undefined && (budgetTokens === undefined || note === 'absent')) return undefined;
  return kinds.find((one) => one === note) ?? (budgetTokens === undefined ? 'adaptive' : 'enabled');
}

function noteOf({ thinking, thinkingBudget, thinkingShown }: Thinking, reasoning: Reasoning): string | undefined {
  if (thinking !== undefined) return thinking === kindOf(reasoning, undefined) ? undefined : thinking;
  return thinkingBudget === undefined && thinkingShown === undefined ? undefined : 'absent';
}

function wordOf<Word extends string>(found: Json, words: readonly Word[], place: Reading): Read<Word> | undefined {
  if (typeof found !== 'string' && place.of === 'request') throw mistyped(place, 'a string', found);
  const value = words.find((one) => one === found);
  return value === undefined ? undefined : { value };
}
