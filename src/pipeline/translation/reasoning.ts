import type { ChatRequest, Reasoning } from '../../core/chat.ts';
import type { Message } from '../../core/message.ts';

/**
 * What the words for effort come to in tokens, from least to most; an effort without a word here is taken for `high`. A budget
 * is told as the least effort that covers it. Vendors publish no such table: these are the steps that their own guides advise.
 */
const effortBudgets = [
  ['minimal', 1024],
  ['low', 2048],
  ['medium', 8192],
  ['high', 16_384],
  ['xhigh', 32_768],
  ['max', 65_536],
] as const;

/** No vendor takes a smaller budget. */
export const leastBudget = 1024;

export function budgetFor(effort: string | undefined): number {
  const usual = 16_384;
  return effortBudgets.find(([word]) => word === effort)?.[1] ?? usual;
}

export function effortFor(budgetTokens: number): string {
  return effortBudgets.find(([, budget]) => budget >= budgetTokens)?.[0] ?? 'max';
}

/** The nearest of the words that a model knows: the same, else the next lesser one, else its least. */
export function nearestEffort(effort: string, known: readonly [string, ...string[]]): string {
  if (known.includes(effort)) return effort;
  const thinking = known.filter((word) => word !== 'none');
  const rank = rankOf(effort);
  return thinking.findLast((word) => rankOf(word) <= rank) ?? thinking[0] ?? known[0];
}

function rankOf(effort: string): number {
  const rank = effortBudgets.findIndex(([word]) => word === effort);
  return rank < 0 ? effortBudgets.findIndex(([word]) => word === 'high') : rank;
}

/** Whether a request asks to think. */
export function isThinking(reasoning: Reasoning | undefined): reasoning is Reasoning {
  if (reasoning === undefined || reasoning.enabled === false || reasoning.effort === 'none') return false;
  return (reasoning.enabled ?? reasoning.effort ?? reasoning.budgetTokens) !== undefined;
}

/** Whether results of tools wait for an answer whose turn began without a thought that its model would know again. */
export function isLoopUnsealed({ messages }: Pick<ChatRequest, 'messages'>): boolean {
  const turn = messages.slice(messages.findLastIndex(beginsTurn) + 1);
  const isRunning = turn.some((message) => roleOf(message) === 'tool');
  return isRunning && !turn.some((message) => message.type === 'message' && message.parts.some(isSealedThought));
}

/** Somebody asks anew. Words of theirs right after results of tools still belong to the running turn. */
function beginsTurn(message: Message, number: number, messages: readonly Message[]): boolean {
  if (roleOf(message) !== 'user') return false;
  const before = messages.slice(0, number).findLast((one) => roleOf(one) !== 'user');
  return before === undefined || roleOf(before) !== 'tool';
}

function roleOf(message: Message): string | undefined {
  return message.type === 'message' ? message.role : undefined;
}

function isSealedThought(part: Extract<Message, { readonly type: 'message' }>['parts'][number]): boolean {
  return part.type === 'reasoning' && (part.signature ?? part.encrypted) !== undefined;
}
