import type { Json, JsonObject } from '../../src/core/json.ts';
import { type Asked, chunk, done, frame, type Piece, streamParts, tokenText, usageOf, usagePiece } from './answer.ts';
import type { Fault, UsageFault } from './fault.ts';

/** The frames of a stream, with what a fault does to them; other faults leave them as they are. */
export function streamPieces(fault: Fault, asked: Asked, tokens: number): readonly Piece[] {
  const parts = streamParts(asked, tokens);
  const { begin, finish, usage, end } = parts;
  const text = parts.tokens;
  const good = [...begin, ...text, ...finish, ...usage, ...end];
  switch (fault.kind) {
    case 'done-missing':
      return [...begin, ...text, ...finish, ...usage];
    case 'done-twice':
      return [...good, done];
    case 'after-done':
      return [...good, stray(asked, ' after the end')];
    case 'error-frame':
      return [...begin, ...text.slice(0, fault.after), errorPiece(fault.form ?? 'data')];
    case 'frame-invalid':
      return [
        ...begin,
        ...text.slice(0, fault.after),
        { text: 'data: {"id":"chatcmpl-upst\n\n', tokens: 0 },
        ...text.slice(fault.after),
        ...finish,
        ...end,
      ];
    case 'frames-crlf':
      return good.map((piece) => ({ ...piece, text: piece.text.replaceAll('\n', '\r\n') }));
    case 'frames-comments':
      return good.flatMap((piece) => [{ text: ': keep-alive\n\n', tokens: 0 }, piece]);
    case 'frames-dense':
      return good.map((piece) => ({ ...piece, text: piece.text.replace('data: ', 'data:') }));
    case 'frames-together':
      return [{ text: good.map((piece) => piece.text).join(''), tokens: text.length }];
    case 'choices-empty':
      return [{ text: frame(chunk(asked, [], { prompt_filter_results: [] })), tokens: 0 }, ...good];
    case 'finish-missing':
      return [...begin, ...text, ...usage, ...end];
    case 'huge':
      return [...begin, ...text, stray(asked, 'x'.repeat(fault.bytes)), ...finish, ...usage, ...end];
    case 'usage':
      return misused(fault.as, asked, tokens);
    default:
      return good;
  }
}

/** A frame that brings text beyond what was counted. */
function stray(asked: Asked, content: string): Piece {
  return { text: frame(chunk(asked, [{ index: 0, delta: { content }, finish_reason: null }])), tokens: 1 };
}

function errorPiece(form: 'data' | 'event'): Piece {
  const error = {
    message: 'The server had an error while processing your request.',
    type: 'server_error',
    param: null,
    code: null,
  };
  return form === 'data'
    ? { text: frame({ error }), tokens: 0 }
    : { text: `event: error\ndata: ${JSON.stringify({ error })}\n\n`, tokens: 0 };
}

/** A wrong usage object, or undefined for those faults that are wrong in where or how often they tell it. */
export function wrongUsage(as: UsageFault, asked: Asked, tokens: number): Json | undefined {
  const { promptTokens } = asked;
  const made = (prompt: Json, completion: Json, total: Json): JsonObject => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: total,
  });
  const completion = tokens * asked.choices;
  switch (as) {
    case 'null':
      return null;
    case 'zero':
      return made(0, 0, 0);
    case 'string':
      return made(String(promptTokens), String(completion), String(promptTokens + completion));
    case 'negative':
      return made(-promptTokens, -completion, -promptTokens - completion);
    case 'fraction':
      return made(promptTokens + 0.5, completion + 0.5, promptTokens + completion + 1);
    case 'huge':
      return made(1e12, 1e12, 2e12);
    case 'contradicting':
      return half(asked, tokens);
    default:
      return undefined;
  }
}

function half(asked: Asked, tokens: number): JsonObject {
  return usageOf(asked, Math.floor(tokens / 2));
}

function misused(as: UsageFault, asked: Asked, tokens: number): readonly Piece[] {
  const { begin, tokens: text, finish, end } = streamParts(asked, tokens);
  const truth = usageOf(asked, tokens);
  const wrong = wrongUsage(as, asked, tokens);
  if (wrong !== undefined) return [...begin, ...text, ...finish, usagePiece(asked, wrong), ...end];
  switch (as) {
    case 'absent':
      return [...begin, ...text, ...finish, ...end];
    case 'twice':
      return [...begin, ...text, ...finish, usagePiece(asked, half(asked, tokens)), usagePiece(asked, truth), ...end];
    case 'early':
      return [usagePiece(asked, truth), ...begin, ...text, ...finish, ...end];
    case 'with-content':
      return [...begin, ...text.slice(0, -1), withUsage(asked, tokens - 1, truth), ...finish, ...end];
    case 'growing':
      return [
        ...begin,
        ...text.map((_, index) => withUsage(asked, index, usageOf(asked, index + 1))),
        ...finish,
        ...end,
      ];
    default:
      return [...begin, ...text, ...finish, usagePiece(asked, truth), ...end];
  }
}

function withUsage(asked: Asked, index: number, usage: Json): Piece {
  const choices = [{ index: 0, delta: { content: tokenText(index) }, finish_reason: null }];
  return { text: frame(chunk(asked, choices, { usage })), tokens: 1 };
}
