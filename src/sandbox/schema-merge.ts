import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';

type Join = (one: Json, other: Json) => Json;

const larger: Join = (one, other) =>
  typeof one === 'number' && typeof other === 'number' ? Math.max(one, other) : other;
const smaller: Join = (one, other) =>
  typeof one === 'number' && typeof other === 'number' ? Math.min(one, other) : other;
const shared: Join = (one, other) => {
  if (!Array.isArray(one) || !Array.isArray(other)) return other;
  const spellings = new Set(other.map((each: Json) => JSON.stringify(each)));
  return one.filter((each: Json) => spellings.has(JSON.stringify(each)));
};

/** How two schemas that both must hold become one, keyword by keyword; of any other, the second stands. */
const joins = new Map<string, Join>(
  Object.entries({
    minimum: larger,
    exclusiveMinimum: larger,
    minLength: larger,
    minItems: larger,
    minProperties: larger,
    maximum: smaller,
    exclusiveMaximum: smaller,
    maxLength: smaller,
    maxItems: smaller,
    maxProperties: smaller,
    enum: shared,
    type: (one, other) => {
      const both = shared(Array.isArray(one) ? one : [one], Array.isArray(other) ? other : [other]);
      if (one === 'integer' || other === 'integer') return 'integer';
      return Array.isArray(both) && both.length === 1 ? (both[0] ?? both) : both;
    },
    required: (one, other) => (Array.isArray(one) && Array.isArray(other) ? [...new Set([...one, ...other])] : other),
    properties: (one, other) => (isJsonObject(one) && isJsonObject(other) ? both(one, other) : other),
    additionalProperties: (one, other) => (one === false ? false : other),
  }),
);

/** One schema that says what both say. */
export function merged(one: JsonObject, other: JsonObject): JsonObject {
  const whole: Record<string, Json> = { ...one };
  for (const [keyword, value] of Object.entries(other)) {
    const before = whole[keyword];
    const join = joins.get(keyword);
    whole[keyword] = before === undefined || join === undefined ? value : join(before, value);
  }
  return whole;
}

/** The properties of both; one that both name must satisfy both. */
function both(one: JsonObject, other: JsonObject): JsonObject {
  const whole: Record<string, Json> = { ...one };
  for (const [name, schema] of Object.entries(other)) {
    const before = Object.hasOwn(one, name) ? one[name] : undefined;
    whole[name] = before === undefined ? schema : { allOf: [before, schema] };
  }
  return whole;
}
