import type { ChatRequest } from '../../core/chat.ts';
import type { Lost } from '../../core/loss.ts';
import type { DialectName } from '../../core/payload.ts';
import type { Emulation } from '../../core/reply.ts';
import type { ModelTraits } from '../../providers/model-traits.ts';
import type { AnswerEdit } from './answer-edit.ts';
import { cacheFit } from './cache-fit.ts';
import { callIdFit } from './call-id-fit.ts';
import { choiceFit } from './choice-fit.ts';
import { choicesFit } from './choices-fit.ts';
import { wordsOf } from './dialect-words.ts';
import type { Fit, Fitting } from './fitting.ts';
import { limitFit } from './limit-fit.ts';
import { outputFit } from './output-fit.ts';
import { loopFit, reasoningFit } from './reasoning-fit.ts';
import { samplingFit } from './sampling-fit.ts';
import { strictFit } from './strict-fit.ts';
import { toolFit } from './tool-fit.ts';

/** A request as the target's models take it. */
export interface Fitted {
  readonly request: ChatRequest;
  readonly emulated: readonly Emulation[];
  /** Headers of ours on the answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly edits: readonly AnswerEdit[];
  /** How many calls are to be made of it. */
  readonly calls: number;
  /** The former numbers of the tools; absent if they are the same. A tool that was added has none. */
  readonly tools?: readonly (number | undefined)[];
}

export interface FitTarget {
  readonly traits: ModelTraits;
  readonly dialect: DialectName;
}

/** A limit of tokens is settled before a budget of them is chosen, and a tool is forced before anything has to yield to that. */
const fits: readonly Fit[] = [
  ...[toolFit, choiceFit, outputFit, strictFit, callIdFit, cacheFit, choicesFit, limitFit],
  ...[reasoningFit, samplingFit],
];

/** Fits a request to what models take, as their traits say. What they don't take is brought about otherwise, or told as lost. */
export function fitted(request: ChatRequest, target: FitTarget, lost: Lost): Fitted {
  return fittedBy(fits, request, { target, lost });
}

/** The same for one that was opened and stays in its dialect: its vendor judges what it says, but for what the opening changed. */
export function refitted(request: ChatRequest, target: FitTarget, lost: Lost): Fitted {
  return fittedBy([loopFit], request, { target, lost });
}

function fittedBy(
  steps: readonly Fit[],
  request: ChatRequest,
  { target, lost }: { readonly target: FitTarget; readonly lost: Lost },
): Fitted {
  const emulated: Emulation[] = [];
  const headers: Record<string, string> = {};
  const edits: AnswerEdit[] = [];
  let calls = 1;
  let tools: readonly (number | undefined)[] | undefined;
  const fitting: Fitting = {
    traits: target.traits,
    words: wordsOf(target.dialect),
    lost,
    emulated: (path, how) => void emulated.push({ path, how }),
    said(name, value) {
      headers[name] = value;
    },
    undo: (edit) => void edits.push(edit),
    asks(count) {
      calls = count;
    },
    offers(former) {
      const before = tools;
      tools = before === undefined ? former : former.map((one) => (one === undefined ? undefined : before[one]));
    },
  };
  const fit = steps.reduce((value, step) => step(value, fitting), request);
  return { request: fit, emulated, headers, edits, calls, ...(tools !== undefined && { tools }) };
}
