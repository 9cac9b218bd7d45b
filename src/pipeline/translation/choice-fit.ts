import type { Fit } from './fitting.ts';

/** Who cannot be made to call a tool chooses by itself. */
export const choiceFit: Fit = (request, { traits, lost }) => {
  const { toolChoice: choice } = request;
  if (traits.forcedChoice !== 'none' || (choice?.type !== 'required' && choice?.type !== 'named')) return request;
  lost({ path: 'toolChoice', why: 'no-forced-choice' });
  return { ...request, toolChoice: { type: 'auto' } };
};
