import type { ChatRequest } from '../../core/chat.ts';
import { type Fit, type Fitting, without } from './fitting.ts';
import { isThinking } from './reasoning.ts';

/**
 * Thinking goes before sampling: who asks to think has chosen more than who asks for a temperature, which is then lost. Who
 * takes only one of temperature and `topP` is given the temperature.
 */
export const samplingFit: Fit = (request, fitting) => {
  const { sampling, reasoningAlone } = fitting.traits;
  let fit = request;
  if (reasoningAlone === true && isThinking(request.reasoning)) {
    if (fit.temperature !== 1) fit = dropped(fit, 'temperature', { fitting, why: 'reasoning' });
    if (fit.topP !== undefined && fit.topP < leastTopP) fit = dropped(fit, 'topP', { fitting, why: 'reasoning' });
    fit = dropped(fit, 'topK', { fitting, why: 'reasoning' });
  }
  if (sampling === 'none') {
    return dropped(dropped(fit, 'temperature', { fitting, why: 'unsupported' }), 'topP', {
      fitting,
      why: 'unsupported',
    });
  }
  if (sampling === 'one' && fit.temperature !== undefined) return dropped(fit, 'topP', { fitting, why: 'one-of-two' });
  return fit;
};

/** https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility */
const leastTopP = 0.95;

function dropped(
  request: ChatRequest,
  member: 'temperature' | 'topP' | 'topK',
  { fitting, why }: { readonly fitting: Fitting; readonly why: string },
): ChatRequest {
  if (request[member] === undefined) return request;
  fitting.lost({ path: member, why });
  return without(request, member);
}
