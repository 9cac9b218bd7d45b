/** A JSON value as `JSON.parse` gives it. A number that a double would alter may stand as a `JSON.rawJSON`. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Narrows a JSON value to an object; arrays, null and numbers kept for their digits are none. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

declare global {
  /** https://tc39.es/proposal-json-parse-with-source/ which the compiler does not know yet. */
  interface JSON {
    /** A number as it is to be written. */
    rawJSON(text: string): JsonObject;
    isRawJSON(value: unknown): boolean;
    /** `context.source` is the text of a value that is neither an object nor an array. */
    parse(text: string, reviver: (key: string, value: Json, context: { readonly source?: string }) => Json): Json;
  }
}
