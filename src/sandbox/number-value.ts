import type { Json, JsonObject } from '../core/json.ts';
import { type Making, unmakeable } from './making.ts';

/** Ends of a range; an open end is not itself in it. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/** A number or integer within the bounds of a schema, a multiple if it says so. */
export function numberValue(schema: JsonObject, making: Making): number {
  const range = rangeOf(schema);
  const multiple = schema['multipleOf'];
  if (typeof multiple === 'number' && multiple > 0) {
    const whole = schema['type'] === 'integer' && !Number.isInteger(multiple);
    if (whole && !Number.isInteger(1 / multiple))
      throw unmakeable(making, `no integer is known to be a multiple of ${multiple}`);
    return stepped(range, whole ? 1 : multiple, making);
  }
  return schema['type'] === 'integer' ? stepped(range, 1, making) : decimal(range, making);
}

function rangeOf(schema: JsonObject): Range {
  const [low, lowOpen] = lowEnd(schema);
  const [high, highOpen] = highEnd(schema);
  if (low === undefined && high === undefined) return { low: 0, high: 100, lowOpen: false, highOpen: false };
  return { low: low ?? (high ?? 0) - 100, high: high ?? (low ?? 0) + 100, lowOpen, highOpen };
}

/** Until 2019 `exclusiveMinimum` was a flag beside `minimum`; generators still write it so. */
function lowEnd(schema: JsonObject): readonly [number | undefined, boolean] {
  const closed = finite(schema['minimum']);
  const open = schema['exclusiveMinimum'] === true ? closed : finite(schema['exclusiveMinimum']);
  if (open !== undefined && (closed === undefined || open >= closed)) return [open, true];
  return [closed, false];
}

function highEnd(schema: JsonObject): readonly [number | undefined, boolean] {
  const closed = finite(schema['maximum']);
  const open = schema['exclusiveMaximum'] === true ? closed : finite(schema['exclusiveMaximum']);
  if (open !== undefined && (closed === undefined || open <= closed)) return [open, true];
  return [closed, false];
}

function finite(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function stepped(range: Range, step: number, making: Making): number {
  const first = range.lowOpen ? Math.floor(range.low / step) + 1 : Math.ceil(range.low / step);
  const last = range.highOpen ? Math.ceil(range.high / step) - 1 : Math.floor(range.high / step);
  if (first > last) throw unmakeable(making, `no multiple of ${step} lies between its bounds`);
  const chosen = first + Math.floor(making.draw() * (last - first + 1));
  return Number((chosen * step).toPrecision(15));
}

function decimal(range: Range, making: Making): number {
  const { low, high, lowOpen, highOpen } = range;
  if (low > high || (low === high && (lowOpen || highOpen)))
    throw unmakeable(making, 'no number lies between its bounds');
  const exact = low + making.draw() * (high - low);
  const short = Math.round(exact * 100) / 100;
  if (short > low && short < high) return short;
  return low === high ? low : low + (high - low) / 2;
}
