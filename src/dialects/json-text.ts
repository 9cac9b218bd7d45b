import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { parseJson } from './exact-json.ts';

/** The value that a text says, in which each number keeps its digits; undefined if it is no JSON. */
export function jsonIn(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The object that a text says, for those who only look at it: its numbers are doubles. Undefined if it says none. */
export function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
