import type { UsageFault } from '../upstream/fault.ts';
import type { Fault } from '../upstream/hostile.ts';

/** How a call ends for its caller: with an answer, with an error of this status, or with an error frame after a good head. */
export type Ending = 'answer' | 'error-frame' | number;
/** Several where the network decides how much of a broken answer arrives before it breaks. */
export type Endings = Ending | readonly Ending[];

/** One way in which a provider fails, with what its callers must see. */
export interface FaultCase {
  readonly name: string;
  readonly fault: Fault;
  readonly whole: Endings;
  readonly stream: Endings;
  /** It keeps both sides busy, so that nothing else may wait for them meanwhile. */
  readonly heavy?: true;
}

const of = (
  name: string,
  fault: Fault,
  ...[whole, stream = whole]: readonly [whole: Endings, stream?: Endings]
): FaultCase => ({
  name,
  fault,
  whole,
  stream,
});
const heavy = (one: FaultCase): FaultCase => ({ ...one, heavy: true });
/** Frames came, and what broke them off may have come with them: then nothing of them was ever seen. */
const brokenOff: Endings = ['error-frame', 502];
const status = (code: number, ending: number, more: Partial<Extract<Fault, { kind: 'status' }>> = {}): FaultCase =>
  of(`status ${code} ${JSON.stringify(more)}`, { kind: 'status', status: code, ...more }, ending);
const usages: readonly UsageFault[] = [
  ...(['absent', 'null', 'zero', 'string', 'negative', 'fraction', 'huge'] as const),
  ...(['contradicting', 'twice', 'early', 'with-content', 'growing', 'unasked'] as const),
];

export const faultCases: readonly FaultCase[] = [
  of('nothing wrong', { kind: 'none' }, 'answer'),
  of('a reset before the head', { kind: 'reset' }, 502),
  of('a close before the head', { kind: 'close' }, 502),
  of('silence', { kind: 'silence' }, 504),
  of('a late answer', { kind: 'late', ms: 300 }, 'answer'),
  of('a close after the answer', { kind: 'idle-close', when: 'at-once' }, 'answer'),
  of('a close at the next request', { kind: 'idle-close', when: 'next-request' }, 'answer'),
  of('a second answer', { kind: 'extra-response' }, 'answer'),
  of('bytes after the answer', { kind: 'extra-bytes' }, 'answer'),
  ...[400, 404, 409, 413, 415, 422].map((code) => status(code, code)),
  ...[401, 403].map((code) => status(code, 502)),
  status(402, 429),
  status(408, 504),
  status(429, 429),
  status(429, 429, { retryAfter: '30' }),
  status(429, 429, { code: 'insufficient_quota' }),
  status(500, 502),
  status(502, 502, { body: 'html' }),
  status(503, 503),
  status(504, 504),
  status(529, 503),
  status(500, 502, { body: 'text' }),
  status(400, 400, { body: 'empty' }),
  status(422, 422, { body: 'detail' }),
  status(418, 418),
  status(599, 502),
  status(201, 502),
  of('a redirect', { kind: 'redirect', location: 'http://127.0.0.1:1/' }, 502),
  of('a redirect that keeps the body', { kind: 'redirect', location: '/elsewhere', status: 307 }, 502),
  of('a page', { kind: 'html' }, 502),
  of('an error in a 200', { kind: 'error-200' }, 502),
  of('JSON for a stream, and for a whole', { kind: 'content-type', type: 'application/json' }, 'answer', 502),
  of('text', { kind: 'content-type', type: 'text/plain' }, 'answer', 502),
  of('an empty body', { kind: 'empty' }, 502),
  of('204', { kind: 'no-content' }, 502),
  of('a huge header and an empty object', { kind: 'headers-huge' }, 502),
  heavy(of('headers without end', { kind: 'headers-endless' }, 502)),
  heavy(of('informational answers without end', { kind: 'informational-flood' }, 504)),
  of('a head that is no HTTP', { kind: 'head-garbage' }, 502),
  of('half a head', { kind: 'head-stall' }, 504),
  of('a reset at once after the head', { kind: 'cut', after: 0 }, 502),
  of('a reset in the first frame', { kind: 'cut', after: 30 }, 502),
  of('a reset in the middle', { kind: 'cut', after: 300 }, 502, brokenOff),
  of('a close in the middle', { kind: 'cut', after: 300, by: 'close' }, 502, brokenOff),
  of('a reset late in the stream', { kind: 'cut', after: 1_000 }, 'answer', brokenOff),
  of('a close late in a paced stream', { kind: 'cut', after: 1_000, by: 'close', paceMs: 40 }, 'answer', 'error-frame'),
  of('silence at once after the head', { kind: 'stall', after: 0 }, 504),
  of('silence in the first frame', { kind: 'stall', after: 30 }, 504),
  of('silence in the middle', { kind: 'stall', after: 300 }, 504, 'error-frame'),
  of('silence late in the stream', { kind: 'stall', after: 1_000 }, 'answer', 'error-frame'),
  of('a drip', { kind: 'drip', bytes: 40, ms: 2 }, 'answer'),
  of('a length that is too short', { kind: 'length-short' }, 502, brokenOff),
  of('a length that is too long', { kind: 'length-long' }, 502, ['answer', 'error-frame', 502]),
  of('a chunk of no length', { kind: 'chunk-garbage' }, 'answer', brokenOff),
  of('a body that ends with the connection', { kind: 'until-close' }, 'answer'),
  of('gzip', { kind: 'gzip' }, 'answer'),
  of('half of a gzip', { kind: 'gzip-cut' }, 502),
  of('plain for gzip', { kind: 'gzip-lie' }, 502),
  heavy(of('a gzip bomb', { kind: 'gzip-bomb', megabytes: 100 }, 502)),
  of('broken JSON', { kind: 'json-invalid' }, 502, 'answer'),
  of('broken UTF-8', { kind: 'utf8-invalid' }, 'answer'),
  heavy(of('a huge answer', { kind: 'huge', bytes: 70_000_000 }, 502, 'error-frame')),
  of('a large answer', { kind: 'huge', bytes: 1_000_000 }, 'answer'),
  of('no [DONE]', { kind: 'done-missing' }, 'answer', 'error-frame'),
  of('[DONE] twice', { kind: 'done-twice' }, 'answer'),
  of('text after [DONE]', { kind: 'after-done' }, 'answer'),
  of('an error at once', { kind: 'error-frame', after: 0 }, 'answer', brokenOff),
  of('an error in the middle', { kind: 'error-frame', after: 4 }, 'answer', 'error-frame'),
  of('an error event in the middle', { kind: 'error-frame', after: 4, form: 'event' }, 'answer', 'error-frame'),
  of('a broken frame', { kind: 'frame-invalid', after: 4 }, 'answer'),
  of('frames with CRLF', { kind: 'frames-crlf' }, 'answer'),
  of('comments between frames', { kind: 'frames-comments' }, 'answer'),
  of('frames without a space', { kind: 'frames-dense' }, 'answer'),
  of('all frames at once', { kind: 'frames-together' }, 'answer'),
  of('a frame without choices first', { kind: 'choices-empty' }, 'answer'),
  of('no finish reason', { kind: 'finish-missing' }, 'answer'),
  heavy(of('text without end', { kind: 'endless', bytes: 2_000 }, 'answer', 'error-frame')),
  ...usages.map((as) => of(`usage ${as}`, { kind: 'usage', as }, 'answer')),
];
