import type { Lost } from '../../core/loss.ts';
import type { Message, Part } from '../../core/message.ts';
import type { Tool } from '../../core/tool.ts';
import { type Fit, mapped } from './fitting.ts';

/** Where a vendor caches by itself, or cannot, nobody can tell it where. */
export const cacheFit: Fit = (request, { traits, lost }) => {
  if (traits.cacheBreakpoints === true) return request;
  const messages = mapped(request.messages, (message, number) => uncachedMessage(message, `messages[${number}]`, lost));
  const tools = request.tools && mapped(request.tools, (tool, number) => uncached(tool, `tools[${number}]`, lost));
  if (messages === request.messages && tools === request.tools) return request;
  return { ...request, messages, ...(tools !== undefined && { tools }) };
};

function uncachedMessage(message: Message, path: string, lost: Lost): Message {
  if (message.type !== 'message') return message;
  const parts = uncachedParts(message.parts, path, lost);
  return parts === message.parts ? message : { ...message, parts };
}

function uncachedParts(parts: readonly Part[], path: string, lost: Lost): readonly Part[] {
  return mapped(parts, (part, number): Part => {
    const here = `${path}.parts[${number}]`;
    const one = uncached(part, here, lost);
    if (one.type !== 'tool-result') return one;
    const inner = uncachedParts(one.parts, here, lost);
    return inner === one.parts ? one : { ...one, parts: inner };
  });
}

function uncached<T extends Part | Tool>(one: T, path: string, lost: Lost): T {
  if (one.type === 'opaque' || one.cacheBreakpoint === undefined) return one;
  lost({ path: `${path}.cacheBreakpoint`, why: 'implicit-caching' });
  const { cacheBreakpoint: _, ...rest } = one;
  // Only what was optional is gone.
  return rest as T;
}
