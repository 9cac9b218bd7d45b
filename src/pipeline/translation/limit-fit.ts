import type { ChatRequest } from '../../core/chat.ts';
import type { ModelTraits } from '../../providers/model-traits.ts';
import { type Fit, type Fitting, without } from './fitting.ts';

/** A limit for whoever needs one and was given none, where the traits name none either: at most half of what there is room for. */
function modestLimit({ contextTokens = Number.POSITIVE_INFINITY }: ModelTraits): number {
  return Math.max(1, Math.min(4096, Math.floor(contextTokens / 2)));
}

/** What is limited in number or not taken at all. */
export const limitFit: Fit = (request, fitting) =>
  withoutRefused(withFewerStops(withLimit(request, fitting), fitting), fitting);

/** Nobody can produce more than it can, so that a lowered limit loses nothing; still the caller is told. */
function withLimit(request: ChatRequest, { traits, said }: Fitting): ChatRequest {
  const { maxOutputTokens, contextTokens, limitNeeded } = traits;
  const asked = request.maxOutputTokens;
  const unasked = limitNeeded === true ? (maxOutputTokens ?? modestLimit(traits)) : undefined;
  const limit = asked === undefined ? unasked : Math.min(asked, maxOutputTokens ?? contextTokens ?? asked);
  if (limit === asked || limit === undefined) return request;
  said('x-trestle-max-tokens', String(limit));
  return { ...request, maxOutputTokens: limit };
}

function withFewerStops(request: ChatRequest, { traits, lost }: Fitting): ChatRequest {
  const { maxStopSequences: most } = traits;
  if (most === undefined || request.stop === undefined || request.stop.length <= most) return request;
  request.stop.forEach((_, number) => {
    if (number >= most) lost({ path: `stop[${number}]`, why: 'too-many' });
  });
  return most === 0 ? without(request, 'stop') : { ...request, stop: request.stop.slice(0, most) };
}

function withoutRefused(request: ChatRequest, { traits, lost }: Fitting): ChatRequest {
  const refused = (traits.lacks ?? []).filter((member) => Reflect.get(request, member) !== undefined);
  if (refused.length === 0) return request;
  for (const path of refused) if (!isUsual(request, path)) lost({ path, why: 'unsupported' });
  const kept = { ...request };
  for (const member of refused) Reflect.deleteProperty(kept, member);
  return kept;
}

/** What everybody does unasked is no loss. */
function isUsual({ toolChoice, parallelToolCalls, choices }: ChatRequest, member: string): boolean {
  if (member === 'toolChoice') return toolChoice?.type === 'auto';
  return member === 'parallelToolCalls' ? parallelToolCalls === true : member === 'choices' && choices === 1;
}
