import type { Json, JsonObject } from '../core/json.ts';

/**
 * JSON text as a value, in which each number keeps its digits: one that a double would alter is a `JSON.rawJSON`, which
 * `JSON.stringify` writes as it came. Throws a `SyntaxError`.
 */
export function parseJson(text: string): Json {
  return longNumber.test(text) ? JSON.parse(text, keepingDigits) : JSON.parse(text);
}

/** A number that may have been kept for its digits, as the nearest double. */
export function doubleOf(found: Json): Json {
  return isRaw(found) ? Number(found['rawJSON']) : found;
}

/** A double holds any number of 15 digits. */
const longNumber = /\d[\d.]{14}\d/;

function keepingDigits(_key: string, value: Json, { source }: { readonly source?: string }): Json {
  if (typeof value !== 'number' || source === undefined || source.length < 16) return value;
  return canonical(source) === canonical(String(value)) ? value : JSON.rawJSON(source);
}

/** A number's text with only the digits and the power of ten that matter. */
function canonical(text: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] = parts.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const bare = digits.replace(/0+$/, '');
  return bare === '' ? '0' : `${sign}${bare}e${Number(power) - fraction.length + digits.length - bare.length}`;
}

const parts = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

function isRaw(found: Json): found is JsonObject {
  return JSON.isRawJSON(found);
}
