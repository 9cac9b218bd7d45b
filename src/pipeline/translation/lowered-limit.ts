import type { RateLimited, Received } from '../../core/call.ts';
import type { ChatRequest } from '../../core/chat.ts';

/** The output limit that a call is given in place of its own; undefined if it keeps that. */
export function loweredLimit({ allowance, envelope }: RateLimited & Pick<Received, 'envelope'>): number | undefined {
  const limit = allowance?.maxOutputTokens;
  if (limit === undefined) return undefined;
  return envelope.maxOutputTokens === undefined || limit < envelope.maxOutputTokens ? limit : undefined;
}

export function loweredTo(request: ChatRequest, maxOutputTokens: number): ChatRequest {
  return { ...request, maxOutputTokens };
}

/** Tells the caller. */
export function limitHeader(limit: number | undefined): Readonly<Record<string, string>> {
  return limit === undefined ? none : { 'x-trestle-max-tokens': String(limit) };
}

const none: Readonly<Record<string, string>> = Object.freeze({});
