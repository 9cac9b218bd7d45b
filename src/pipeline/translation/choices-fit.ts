import { type Fit, without } from './fitting.ts';

/** Several alternatives of a model that gives one to a call are asked for one by one. */
export const choicesFit: Fit = (request, { traits, emulated, asks }) => {
  const { choices = 1 } = request;
  if (traits.oneChoice !== true || choices < 2) return request;
  emulated('choices', 'separate-calls');
  asks(choices);
  return without(request, 'choices');
};
