import { type Draw, drawsOf } from './chance.ts';
import { prose } from './lorem.ts';
import { patternValue } from './pattern-value.ts';
import type { ChatRequest, Effort } from './request.ts';
import { schemaValue } from './schema-value.ts';
import { tokensOf } from './tokens.ts';
import type { Tool } from './tools.ts';

/** What the sandbox answers, before it is spelled whole or as a stream. */
export interface Answer {
  readonly alternatives: readonly Alternative[];
  readonly usage: Usage;
}

export interface Alternative {
  /** The text, token by token; of a call, none. */
  readonly text: readonly string[];
  readonly calls: readonly ToolCall[];
  readonly finish: 'stop' | 'length' | 'tool_calls' | 'function_call';
}

export interface ToolCall {
  readonly tool: Tool;
  /** Arguments or input, token by token. */
  readonly input: readonly string[];
}

export interface Usage {
  readonly prompt: number;
  readonly promptAudio: number;
  /** With those for reasoning. */
  readonly completion: number;
  readonly reasoning: number;
}

/** However much is asked for, one alternative has no more tokens. */
const mostTokens = 16_384;
const usualTokens = 64;
const effortTokens: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 4,
  low: 8,
  medium: 16,
  high: 32,
  xhigh: 64,
  max: 128,
};

/** Thinks it up. Throws `Failure('request-invalid')` for a schema or pattern that it can make nothing of. */
export function answerOf(request: ChatRequest): Answer {
  const limit = Math.min(request.maxTokens ?? mostTokens, mostTokens);
  // At most half of what is allowed, so that a small limit leaves something to say.
  const reasoning = Math.min(effortTokens[request.effort ?? 'none'], Math.floor(limit / 2));
  const alternatives = Array.from({ length: request.choices }, (_, index) =>
    alternativeOf(
      request,
      limit - reasoning,
      drawsOf(() => `${index} ${request.seed()}`),
    ),
  );
  const usage = {
    prompt: request.promptTokens,
    promptAudio: request.conversation.audioTokens,
    completion: producedBy({ alternatives }) + reasoning * alternatives.length,
    reasoning: reasoning * alternatives.length,
  };
  return { alternatives, usage };
}

/** How many tokens all alternatives have together, besides reasoning. */
export function producedBy({ alternatives }: Pick<Answer, 'alternatives'>): number {
  return alternatives
    .flatMap(({ text, calls }) => [text, ...calls.map((call) => call.input)])
    .reduce((sum, part) => sum + part.length, 0);
}

function alternativeOf(request: ChatRequest, limit: number, draw: Draw): Alternative {
  const tools = toolsToCall(request);
  return tools.length > 0 ? callsOf(tools, request, { limit, draw }) : textOf(request, { limit, draw });
}

interface Bounds {
  readonly limit: number;
  readonly draw: Draw;
}

/** After the result of a tool there is text, demanded or not: else a caller that demands a call would never be done. */
function toolsToCall(request: ChatRequest): readonly Tool[] {
  const { callable, demanded, parallel } = request.toolbox;
  if (callable.length === 0 || request.conversation.endsWithToolResult) return [];
  const wanted = request.behaviour.toolCalls ?? (demanded ? 1 : 0);
  const count = parallel ? wanted : Math.min(wanted, 1);
  return Array.from({ length: count }, (_, index) => callable[index % callable.length]).filter(
    (tool) => tool !== undefined,
  );
}

function callsOf(tools: readonly Tool[], request: ChatRequest, { limit, draw }: Bounds): Alternative {
  const calls: ToolCall[] = [];
  let left = limit;
  let cut = false;
  for (const tool of tools) {
    const whole = tokensOf(inputOf(tool, request, draw));
    const input = whole.slice(0, left);
    cut = input.length < whole.length;
    calls.push({ tool, input });
    left -= input.length;
    if (cut) break;
  }
  const finish = request.toolbox.legacy ? 'function_call' : 'tool_calls';
  return { text: [], calls, finish: cut ? 'length' : finish };
}

function inputOf(tool: Tool, request: ChatRequest, draw: Draw): string {
  const making = { path: tool.path, draw };
  if (tool.kind === 'function') return JSON.stringify(schemaValue(tool.parameters, making));
  if (tool.pattern === undefined) return speech(request, draw);
  return patternValue(tool.pattern, { ...making, least: 0, most: Number.POSITIVE_INFINITY });
}

function textOf(request: ChatRequest, { limit, draw }: Bounds): Alternative {
  const { text, stopped } = untilStop(formatted(request, draw), request.stop);
  const whole = tokensOf(text);
  // Lorem writes on until something stops it.
  const endless = request.model === 'lorem' && request.format.kind === 'text' && request.behaviour.tokens === undefined;
  const cut =
    whole.length > limit ||
    (endless && !stopped && whole.length >= Math.min(limit, request.maxTokens ?? Number.POSITIVE_INFINITY));
  return { text: whole.slice(0, limit), calls: [], finish: cut ? 'length' : 'stop' };
}

function formatted(request: ChatRequest, draw: Draw): string {
  const { format } = request;
  if (format.kind === 'schema') return JSON.stringify(schemaValue(format.schema, { path: format.path, draw }));
  return format.kind === 'json' ? JSON.stringify({ text: speech(request, draw) }) : speech(request, draw);
}

/** What a model says when it is free to. */
function speech(request: ChatRequest, draw: Draw): string {
  if (request.model === 'echo') return request.conversation.lastUserText;
  const asked = request.format.kind === 'text' ? request.maxTokens : undefined;
  return prose(Math.min(request.behaviour.tokens ?? asked ?? usualTokens, mostTokens), draw);
}

function untilStop(text: string, stop: readonly string[]): { readonly text: string; readonly stopped: boolean } {
  const places = stop.map((sequence) => text.indexOf(sequence)).filter((place) => place >= 0);
  return places.length === 0 ? { text, stopped: false } : { text: text.slice(0, Math.min(...places)), stopped: true };
}
