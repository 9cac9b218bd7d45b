import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';

/** What the upstream understood of a request, whatever else stood in it. */
export interface Asked {
  readonly model: string;
  readonly stream: boolean;
  readonly streamUsage: boolean;
  readonly choices: number;
  readonly maxTokens?: number;
  readonly promptTokens: number;
}

/** A piece of a body. */
export interface Piece {
  readonly text: string;
  /** How many output tokens it brings. */
  readonly tokens: number;
}

const id = 'chatcmpl-upstream';
const created = 1_760_000_000;

/** Reads a chat completion request; anything else is one without wishes. */
export function askedOf(body: Uint8Array): Asked {
  const request = parsed(body);
  const options = request['stream_options'];
  const limit = request['max_completion_tokens'] ?? request['max_tokens'];
  return {
    model: typeof request['model'] === 'string' ? request['model'] : '',
    stream: request['stream'] === true,
    streamUsage: isJsonObject(options) && options['include_usage'] === true,
    choices: typeof request['n'] === 'number' ? request['n'] : 1,
    promptTokens: Math.ceil(body.length / 4),
    ...(typeof limit === 'number' ? { maxTokens: limit } : {}),
  };
}

/** How many tokens each choice gets: as many as the script says, but never more than was allowed. */
export function tokensFor(asked: Asked, scripted: number): number {
  return Math.min(scripted, asked.maxTokens ?? scripted);
}

/** The n-th token of every answer, with characters of two and four bytes. */
export function tokenText(index: number): string {
  return `${index === 0 ? '' : ' '}tök🌉${index}`;
}

/** The whole text that an answer of so many tokens has. */
export function textOf(tokens: number): string {
  return Array.from({ length: tokens }, (_, index) => tokenText(index)).join('');
}

/** The usage that is true. */
export function usageOf(asked: Asked, tokens: number): JsonObject {
  const completion = tokens * asked.choices;
  return {
    prompt_tokens: asked.promptTokens,
    completion_tokens: completion,
    total_tokens: asked.promptTokens + completion,
  };
}

/** A whole answer; `usage` left out if it is undefined. */
export function wholeAnswer(asked: Asked, tokens: number, usage: Json | undefined): JsonObject {
  return {
    id,
    object: 'chat.completion',
    created,
    model: asked.model,
    choices: Array.from({ length: asked.choices }, (_, index) => ({
      index,
      message: { role: 'assistant', content: textOf(tokens) },
      finish_reason: finishOf(asked, tokens),
    })),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** One frame of a stream. */
export function frame(payload: Json): string {
  return `data: ${JSON.stringify(payload)}\n\n`;
}

export function chunk(asked: Asked, choices: readonly Json[], more: JsonObject = {}): JsonObject {
  return { id, object: 'chat.completion.chunk', created, model: asked.model, choices, ...more };
}

export const done: Piece = { text: 'data: [DONE]\n\n', tokens: 0 };

/** A stream in its parts, for a fault to change. */
export interface StreamParts {
  readonly begin: readonly Piece[];
  /** One token each. */
  readonly tokens: readonly Piece[];
  readonly finish: readonly Piece[];
  readonly usage: readonly Piece[];
  readonly end: readonly Piece[];
}

export function streamParts(asked: Asked, tokens: number): StreamParts {
  const choices = Array.from({ length: asked.choices }, (_, index) => index);
  const plain = (index: number, delta: JsonObject, finish_reason: Json): string =>
    frame(chunk(asked, [{ index, delta, finish_reason }]));
  return {
    begin: choices.map((index) => ({ text: plain(index, { role: 'assistant', content: '' }, null), tokens: 0 })),
    tokens: Array.from({ length: tokens }, (_, token) =>
      choices.map((index) => ({ text: plain(index, { content: tokenText(token) }, null), tokens: 1 })),
    ).flat(),
    finish: choices.map((index) => ({ text: plain(index, {}, finishOf(asked, tokens)), tokens: 0 })),
    usage: asked.streamUsage ? [usagePiece(asked, usageOf(asked, tokens))] : [],
    end: [done],
  };
}

export function usagePiece(asked: Asked, usage: Json): Piece {
  return { text: frame(chunk(asked, [], { usage })), tokens: 0 };
}

function finishOf(asked: Asked, tokens: number): string {
  return asked.maxTokens !== undefined && tokens >= asked.maxTokens ? 'length' : 'stop';
}

function parsed(body: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
