import type { Failure } from '../core/failure.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { WireBody } from '../core/payload.ts';
import type { Sight } from '../core/reply.ts';
import { objectIn } from './json-text.ts';
import { latin1, utf8Text } from './text.ts';
import type { UsageReading } from './usage-reading.ts';

/** What a dialect makes of a whole answer. */
export interface AnswerReading {
  usage(usage: Json | undefined): UsageReading;
  /** The word for the tier of service that answered, out of the whole answer or of its last members, `usage` first. */
  tier?(answer: JsonObject): Json | undefined;
  /** The failure that stands where an answer should. */
  failure(answer: JsonObject): Failure | undefined;
  /** How many bytes of output it carries. */
  produced(answer: JsonObject): number;
}

/**
 * What a whole answer says it consumed, for a dialect that tells it in a member `usage`. That stands near the end in most, so
 * it is looked for there; where that is not sure to be the answer's own, all of it is read. A body that is no JSON object
 * shows nothing; that it is garbled is for another to say. What was produced is counted only when somebody asks.
 */
export function wholeSightOf(reading: AnswerReading): (body: WireBody) => Sight {
  return ({ bytes }) => {
    let answer: JsonObject | undefined;
    const read = (): JsonObject => {
      answer ??= objectIn(utf8Text(bytes, 0, bytes.length)) ?? {};
      return answer;
    };
    const atEnd = membersAtEnd(bytes);
    const seen = reading.usage(atEnd?.['usage'] ?? read()['usage']);
    const tier = tierOf(reading, { bytes, atEnd, read });
    const failure = seen.usage === undefined ? reading.failure(read()) : undefined;
    return {
      ...seen,
      ...(typeof tier === 'string' && tier !== '' ? { servedTier: tier } : {}),
      ...(failure === undefined ? {} : { failure }),
      terminal: true,
      get producedBytes() {
        return reading.produced(read());
      },
      get producedFrames() {
        return reading.produced(read()) > 0 ? 1 : 0;
      },
    };
  };
}

interface Looked {
  readonly bytes: Uint8Array;
  readonly atEnd: JsonObject | undefined;
  read(): JsonObject;
}

function tierOf(reading: AnswerReading, { bytes, atEnd, read }: Looked): Json | undefined {
  if (reading.tier === undefined) return undefined;
  const told = atEnd && reading.tier(atEnd);
  return told ?? (namesTier(bytes) ? reading.tier(read()) : undefined);
}

/**
 * Usage and what follows it from the last bytes of an answer, if they hold it as a member of the answer itself: what follows the key, put into
 * a brace of its own, is an object only if exactly one brace was open where the key stands.
 */
function membersAtEnd(bytes: Uint8Array): JsonObject | undefined {
  if (bytes[0] !== openBrace) return undefined;
  const tail = latin1(bytes, Math.max(0, bytes.length - tailLength), bytes.length);
  const at = tail.lastIndexOf(usageKey);
  if (at <= 0 || tail[at - 1] === '\\') return undefined;
  return objectIn(`{${tail.slice(at)}`);
}

/** Whether a tier may stand before the usage: there it is among the first members, or right before the last. */
function namesTier(bytes: Uint8Array): boolean {
  const head = latin1(bytes, 0, Math.min(headLength, bytes.length));
  return (
    head.includes(tierKey) || latin1(bytes, Math.max(0, bytes.length - tailLength), bytes.length).includes(tierKey)
  );
}

const tierKey = '"service_tier"';
const headLength = 512;

const usageKey = '"usage"';
const tailLength = 2048;
const openBrace = 0x7b;
