import type { ChatRequest, Reasoning } from '../../core/chat.ts';
import { type Fit, type Fitting, without } from './fitting.ts';
import { budgetFor, effortFor, isLoopUnsealed, isThinking, leastBudget, nearestEffort } from './reasoning.ts';

/** How much is thought, in the words that the model takes. A forced choice of tools goes before thinking. */
export const reasoningFit: Fit = (request, fitting) => {
  const { reasoning, tools = [] } = request;
  if (fitting.traits.toolsUnreasoned === true && tools.length > 0) return unreasoned(request, fitting);
  if (reasoning === undefined) return request;
  const { reasoningAlone, reasoning: style = fitting.words.reasoning } = fitting.traits;
  if (!isThinking(reasoning)) return notThinking(request, reasoning, fitting);
  if (style === 'none') return unthinking(request, 'unsupported', fitting);
  if (reasoningAlone === true && isForced(request)) return unthinking(request, 'forced-tool-choice', fitting);
  if (style === 'budget') return withBudget(request, reasoning, fitting);
  if (style === 'effort') return withEffort(request, reasoning, fitting);
  return { ...request, reasoning: { ...reasoning, enabled: true } };
};

/** A running loop of tools whose turn began without a thought that the model would know again cannot go on thinking. */
export const loopFit: Fit = (request, fitting) =>
  isThinking(request.reasoning) && request.reasoning.budgetTokens !== undefined && isLoopUnsealed(request)
    ? unthinking(request, 'no-signature', fitting)
    : request;

function unthinking(request: ChatRequest, why: string, { lost }: Fitting): ChatRequest {
  lost({ path: 'reasoning', why });
  return without(request, 'reasoning');
}

/** Unasked it would reason, and then refuse the tools. */
function unreasoned(request: ChatRequest, { lost, emulated }: Fitting): ChatRequest {
  const { reasoning } = request;
  if (isThinking(reasoning)) lost({ path: 'reasoning', why: 'tools' });
  else if (reasoning === undefined || !isRefusal(reasoning)) emulated('tools', 'no-reasoning');
  return { ...request, reasoning: { enabled: false } };
}

function isForced({ toolChoice }: ChatRequest): boolean {
  return toolChoice?.type === 'named' || toolChoice?.type === 'required';
}

/** Who cannot be told to stop thinking altogether is told to think as little as it can. */
function notThinking(request: ChatRequest, reasoning: Reasoning, { traits, emulated, lost }: Fitting): ChatRequest {
  if (!isRefusal(reasoning)) return request;
  if (reasoning.visible !== undefined) lost({ path: 'reasoning.visible', why: 'unsupported' });
  if (traits.reasoning === 'none') return without(request, 'reasoning');
  const [least] = traits.efforts ?? [];
  if (least === undefined || least === 'none') return { ...request, reasoning: { enabled: false } };
  emulated(reasoning.effort === 'none' ? 'reasoning.effort' : 'reasoning', 'least-effort');
  return { ...request, reasoning: { effort: least } };
}

function isRefusal({ enabled, effort }: Reasoning): boolean {
  return enabled === false || effort === 'none';
}

/** A budget that we choose leaves a fifth of the limit for the answer; the caller's own need only be below the limit. */
function withBudget(request: ChatRequest, reasoning: Reasoning, fitting: Fitting): ChatRequest {
  const { maxOutputTokens: limit } = request;
  const { budgetTokens: asked, effort, ...rest } = reasoning;
  const most =
    limit === undefined ? Number.POSITIVE_INFINITY : limit - (asked === undefined ? Math.ceil(limit / 5) : 1);
  const budgetTokens = Math.min(asked ?? budgetFor(effort), most);
  if (budgetTokens < leastBudget) return unthinking(request, 'range', fitting);
  if (asked === undefined) fitting.emulated(effort === undefined ? 'reasoning' : 'reasoning.effort', 'budget');
  else if (effort !== undefined) fitting.lost({ path: 'reasoning.effort', why: 'unsupported' });
  if (asked !== undefined && budgetTokens < asked) fitting.lost({ path: 'reasoning.budgetTokens', why: 'range' });
  return loopFit({ ...request, reasoning: { ...rest, enabled: true, budgetTokens } }, fitting);
}

function withEffort(request: ChatRequest, reasoning: Reasoning, fitting: Fitting): ChatRequest {
  const { budgetTokens, effort: asked, ...rest } = reasoning;
  const { efforts } = fitting.traits;
  // To think as it likes is what Anthropic's models do at high effort.
  const wanted = asked ?? (budgetTokens === undefined ? 'high' : effortFor(budgetTokens));
  const effort = efforts === undefined ? wanted : nearestEffort(wanted, efforts);
  if (asked === undefined)
    fitting.emulated(budgetTokens === undefined ? 'reasoning' : 'reasoning.budgetTokens', 'effort');
  else if (budgetTokens !== undefined) fitting.lost({ path: 'reasoning.budgetTokens', why: 'unsupported' });
  if (asked !== undefined && effort !== asked) fitting.emulated('reasoning.effort', 'nearest');
  return { ...request, reasoning: { ...rest, enabled: true, effort } };
}
