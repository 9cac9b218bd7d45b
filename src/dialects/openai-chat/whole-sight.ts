import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { WireBody } from '../../core/payload.ts';
import type { Sight } from '../../core/reply.ts';
import { latin1, utf8Text } from '../text.ts';
import { producedBytes } from './produced.ts';
import { readUsage, type UsageReading } from './usage.ts';

/**
 * What a whole answer says it consumed. Usage stands near its end in most, so it is looked for there; where that is not
 * sure to be the answer's own, all of it is read. A body that is no JSON object shows nothing; that it is garbled is for
 * another to say. What was produced is counted only when somebody asks.
 */
export function wholeSight({ bytes }: WireBody): Sight {
  let answer: JsonObject | undefined;
  const read = (): JsonObject => {
    answer ??= objectIn(utf8Text(bytes, 0, bytes.length)) ?? {};
    return answer;
  };
  const reading = usageAtEnd(bytes) ?? readUsage(read()['usage']);
  return {
    ...reading,
    terminal: true,
    get producedBytes() {
      return producedBytes(read());
    },
    get producedFrames() {
      return producedBytes(read()) > 0 ? 1 : 0;
    },
  };
}

/**
 * Usage from the last bytes of an answer, if they hold it as a member of the answer itself: what follows the key, put into
 * a brace of its own, is an object only if exactly one brace was open where the key stands.
 */
function usageAtEnd(bytes: Uint8Array): UsageReading | undefined {
  if (bytes[0] !== openBrace) return undefined;
  const tail = latin1(bytes, Math.max(0, bytes.length - tailLength), bytes.length);
  const at = tail.lastIndexOf(usageKey);
  if (at <= 0 || tail[at - 1] === '\\') return undefined;
  const rest = objectIn(`{${tail.slice(at)}`);
  return rest === undefined || rest['usage'] === undefined ? undefined : readUsage(rest['usage']);
}

const usageKey = '"usage"';
const tailLength = 2048;
const openBrace = 0x7b;

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
