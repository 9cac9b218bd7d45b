import { gzipSync } from 'node:zlib';
import { type Asked, chunk, frame, textOf, tokensFor, usageOf, wholeAnswer } from './answer.ts';
import type { Fault } from './fault.ts';
import { headSteps } from './head-steps.ts';
import { joined } from './request-reader.ts';
import { bytesOf, chunkOf, head, lastChunk, lateReset, type Step, send, whole } from './step.ts';
import { streamPieces, wrongUsage } from './stream-pieces.ts';

/** A piece of a body as it goes out. */
interface Part {
  readonly bytes: Uint8Array;
  readonly frames: number;
  readonly tokens: number;
}

const usualTokens = 8;

/** What a connection does to answer a request with this fault. */
export function* stepsOf(fault: Fault, asked: Asked): Generator<Step, void> {
  const begun = headSteps(fault);
  if (begun !== undefined) {
    yield* begun;
    return;
  }
  if (fault.kind === 'late') yield { do: 'wait', ms: fault.ms };
  const tokens = tokensFor(asked, fault.tokens ?? usualTokens);
  if (fault.kind === 'endless' && asked.stream) yield* endless(asked, fault.bytes ?? 200);
  else yield* bodySteps(fault, partsOf(fault, asked, tokens), asked);
  yield* afterwards(fault, asked);
}

function partsOf(fault: Fault, asked: Asked, tokens: number): readonly Part[] {
  const pieces = asked.stream
    ? streamPieces(fault, asked, tokens)
    : [{ text: wholeText(fault, asked, tokens), tokens: tokens * asked.choices }];
  return pieces.map((piece) => {
    const bytes = bytesOf(piece.text);
    return {
      bytes: fault.kind === 'utf8-invalid' ? broken(bytes) : bytes,
      frames: asked.stream ? 1 : 0,
      tokens: piece.tokens,
    };
  });
}

function wholeText(fault: Fault, asked: Asked, tokens: number): string {
  const truth = usageOf(asked, tokens);
  switch (fault.kind) {
    case 'json-invalid':
      return JSON.stringify(wholeAnswer(asked, tokens, truth)).slice(0, -20);
    case 'huge':
      return JSON.stringify({ ...wholeAnswer(asked, tokens, truth), padding: 'x'.repeat(fault.bytes) });
    case 'usage': {
      const wrong = wrongUsage(fault.as, asked, tokens);
      const told = wrong === undefined && fault.as !== 'absent' ? truth : wrong;
      return JSON.stringify(wholeAnswer(asked, tokens, told));
    }
    default:
      return JSON.stringify(wholeAnswer(asked, tokens, truth));
  }
}

/** The second byte of the bridge is one that no text has there. */
function broken(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (bytes[index - 1] === 0xf0 && byte === 0x9f ? 0xff : byte));
}

function* bodySteps(fault: Fault, parts: readonly Part[], asked: Asked): Generator<Step, void> {
  const type = fault.kind === 'content-type' ? fault.type : asked.stream ? 'text/event-stream' : 'application/json';
  const headers = { 'Content-Type': type, 'x-request-id': 'req_upstream' };
  const bytes = joined(parts.map((part) => part.bytes));
  const counts = { frames: sum(parts, 'frames'), tokens: sum(parts, 'tokens') };
  switch (fault.kind) {
    case 'length-short':
    case 'length-long': {
      const announced = bytes.length + (fault.kind === 'length-short' ? -10 : 10);
      yield send(head(200, { ...headers, 'Content-Length': String(announced) }));
      yield send(bytes, counts);
      if (fault.kind === 'length-long') yield { do: 'break' };
      return;
    }
    case 'gzip':
    case 'gzip-cut':
    case 'gzip-lie': {
      const packed = fault.kind === 'gzip-lie' ? bytes : gzipSync(bytes);
      const sent = fault.kind === 'gzip-cut' ? packed.subarray(0, packed.length >> 1) : packed;
      yield send(whole(200, sent, { ...headers, 'Content-Encoding': 'gzip' }), counts);
      return;
    }
    case 'gzip-bomb': {
      const packed = gzipSync(new Uint8Array(fault.megabytes * 1_000_000).fill(0x20));
      yield send(whole(200, packed, { ...headers, 'Content-Encoding': 'gzip' }));
      return;
    }
    case 'until-close':
      yield send(head(200, { ...headers, Connection: 'close' }));
      yield* paced(fault, parts);
      yield { do: 'close' };
      return;
    default: {
      const sized = asked.stream ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(bytes.length) };
      yield send(head(200, { ...headers, ...sized }));
      yield* delivered(fault, parts, asked);
    }
  }
}

function* delivered(fault: Fault, parts: readonly Part[], asked: Asked): Generator<Step, void> {
  const code = (part: Part): Part => (asked.stream ? { ...part, bytes: chunkOf(part.bytes) } : part);
  switch (fault.kind) {
    case 'cut':
      yield* paced(fault, upTo(parts, fault.after).map(code));
      if (fault.by === 'close') yield { do: 'break' };
      else yield* lateReset;
      return;
    case 'stall':
      yield* paced(fault, upTo(parts, fault.after).map(code));
      yield { do: 'stall' };
      return;
    case 'chunk-garbage':
      yield* paced(fault, parts.slice(0, 2).map(code));
      yield send('zz\r\nno chunk\r\n');
      yield { do: 'break' };
      return;
    case 'drip':
      yield* dripped(parts.map(code), fault);
      break;
    default:
      yield* paced(fault, parts.map(code));
  }
  if (asked.stream) yield send(lastChunk);
}

function* paced(fault: Fault, parts: readonly Part[]): Generator<Step, void> {
  for (const part of parts) {
    if (fault.paceMs !== undefined) yield { do: 'wait', ms: fault.paceMs };
    yield send(part.bytes, part);
  }
}

/** The first so many bytes; a part that is sent in part has been produced as a whole. */
function upTo(parts: readonly Part[], bytes: number): readonly Part[] {
  const taken: Part[] = [];
  let left = bytes;
  for (const part of parts) {
    if (left <= 0) break;
    const sent = part.bytes.subarray(0, left);
    taken.push({ bytes: sent, frames: sent.length === part.bytes.length ? part.frames : 0, tokens: part.tokens });
    left -= sent.length;
  }
  return taken;
}

function* dripped(
  parts: readonly Part[],
  drip: { readonly bytes: number; readonly ms: number },
): Generator<Step, void> {
  for (const part of parts) {
    for (let at = 0; at < part.bytes.length; at += drip.bytes) {
      yield { do: 'wait', ms: drip.ms };
      yield send(part.bytes.subarray(at, at + drip.bytes), at === 0 ? part : {});
    }
  }
}

/** Text until the peer goes; the connection stops it when nobody reads. */
function* endless(asked: Asked, size: number): Generator<Step, void> {
  yield send(head(200, { 'Content-Type': 'text/event-stream', 'Transfer-Encoding': 'chunked' }));
  const delta = { content: 'x'.repeat(size) };
  const bytes = chunkOf(frame(chunk(asked, [{ index: 0, delta, finish_reason: null }])));
  for (;;) yield send(bytes, { frames: 1, tokens: 1 });
}

function* afterwards(fault: Fault, asked: Asked): Generator<Step, void> {
  if (fault.kind === 'idle-close') yield fault.when === 'at-once' ? { do: 'close' } : { do: 'drop-next' };
  if (fault.kind === 'extra-bytes') yield send(`${textOf(3)}\r\n\r\n`);
  if (fault.kind === 'extra-response') {
    const poison = wholeAnswer(asked, 0, { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 });
    yield send(
      whole(
        200,
        JSON.stringify({ ...poison, choices: [{ index: 0, message: { role: 'assistant', content: 'poison' } }] }),
      ),
    );
  }
}

function sum(parts: readonly Part[], count: 'frames' | 'tokens'): number {
  return parts.reduce((total, part) => total + part[count], 0);
}
