import { type Cursor, cursorOver } from './cursor.ts';

/** A regular expression, as far as texts can be made by it. */
export type Pattern =
  | { readonly kind: 'set'; readonly characters: readonly string[] }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  /** `most` is infinite if nothing bounds it. */
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly least: number; readonly most: number };

const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const digits = printable.filter((each) => /\d/.test(each));
const wordly = printable.filter((each) => /\w/.test(each));
const spaces = [' '];

const escapes = new Map<string, readonly string[]>([
  ['d', digits],
  ['D', without(digits)],
  ['w', wordly],
  ['W', without(wordly)],
  ['s', spaces],
  ['S', without(spaces)],
  ['n', ['\n']],
  ['r', ['\r']],
  ['t', ['\t']],
  ['f', ['\f']],
  ['v', ['\v']],
]);

/**
 * Reads a regular expression: characters, classes, groups, alternatives, repetitions, and anchors at its ends. Throws a
 * RangeError that says what it does not read: look-around, back references, boundaries, properties.
 */
export function readPattern(source: string): Pattern {
  const cursor = cursorOver(source);
  const whole = choice(cursor, 0);
  if (cursor.next() !== undefined) throw new RangeError("it has a ')' too many");
  return whole;
}

function choice(cursor: Cursor, depth: number): Pattern {
  if (depth > 32) throw new RangeError('its groups nest too deep');
  const first = sequence(cursor, depth);
  const options = [first];
  while (cursor.skip('|')) options.push(sequence(cursor, depth));
  return options.length === 1 ? first : { kind: 'choice', options };
}

function sequence(cursor: Cursor, depth: number): Pattern {
  const parts: Pattern[] = [];
  if (depth === 0) cursor.skip('^');
  for (let next = cursor.next(); next !== undefined && next !== '|' && next !== ')'; next = cursor.next()) {
    const ends = depth === 0 && cursor.match(/^\$(?=\||$)/) !== undefined;
    if (ends) break;
    parts.push(repeated(cursor, single(cursor, depth)));
  }
  return { kind: 'sequence', parts };
}

function single(cursor: Cursor, depth: number): Pattern {
  const next = cursor.take();
  if (next === '(') return group(cursor, depth);
  if (next === '[') return { kind: 'set', characters: bracket(cursor) };
  if (next === '.') return { kind: 'set', characters: printable };
  if (next === '\\') return { kind: 'set', characters: escaped(cursor) };
  if ('^$*+?{'.includes(next)) throw new RangeError(`it does not understand '${next}' where it stands`);
  return { kind: 'set', characters: [next] };
}

function group(cursor: Cursor, depth: number): Pattern {
  if (cursor.skip('?') && cursor.match(/^(:|<[A-Za-z_]\w*>)/) === undefined) {
    throw new RangeError('it does not understand look-around');
  }
  const inner = choice(cursor, depth + 1);
  if (!cursor.skip(')')) throw new RangeError("a ')' is missing");
  return inner;
}

function escaped(cursor: Cursor): readonly string[] {
  const next = cursor.take();
  const known = escapes.get(next);
  if (known !== undefined) return known;
  if (next === 'u' || next === 'x') {
    const code = cursor.match(next === 'u' ? /^[0-9a-fA-F]{4}/ : /^[0-9a-fA-F]{2}/);
    if (code === undefined) throw new RangeError('it has a broken character code');
    return [String.fromCharCode(Number.parseInt(code, 16))];
  }
  if (/[A-Za-z0-9]/.test(next)) throw new RangeError(`it does not understand '\\${next}'`);
  return [next];
}

function bracket(cursor: Cursor): readonly string[] {
  const negated = cursor.skip('^');
  const members: string[] = [];
  while (!cursor.skip(']')) {
    const first = member(cursor);
    if (first.length === 1 && cursor.match(/^-(?!\])/) !== undefined) members.push(...spanned(first, member(cursor)));
    else members.push(...first);
  }
  const found = negated ? without(members) : members;
  if (found.length === 0) throw new RangeError('it has a class without members');
  return found;
}

function member(cursor: Cursor): readonly string[] {
  return cursor.skip('\\') ? escaped(cursor) : [cursor.take()];
}

function spanned(low: readonly string[], high: readonly string[]): readonly string[] {
  const from = low[0]?.codePointAt(0) ?? 0;
  const to = high.length === 1 ? (high[0]?.codePointAt(0) ?? 0) : -1;
  if (to < from) throw new RangeError('it has a range in the wrong order');
  return Array.from({ length: Math.min(to - from + 1, 256) }, (_, index) => String.fromCodePoint(from + index));
}

function repeated(cursor: Cursor, part: Pattern): Pattern {
  const bounds = repetition(cursor);
  if (bounds === undefined) return part;
  cursor.skip('?');
  const [least, most] = bounds;
  if (least > most) throw new RangeError('it repeats from more to fewer');
  return { kind: 'repeat', part, least, most };
}

function repetition(cursor: Cursor): readonly [number, number] | undefined {
  if (cursor.skip('?')) return [0, 1];
  if (cursor.skip('*')) return [0, Number.POSITIVE_INFINITY];
  if (cursor.skip('+')) return [1, Number.POSITIVE_INFINITY];
  const braces = cursor.match(/^\{\d{1,5}(,\d{0,5})?\}/);
  if (braces === undefined) return undefined;
  const [least = '', most] = braces.slice(1, -1).split(',');
  if (most === undefined) return [Number(least), Number(least)];
  return [Number(least), most === '' ? Number.POSITIVE_INFINITY : Number(most)];
}

function without(members: readonly string[]): readonly string[] {
  return printable.filter((each) => !members.includes(each));
}
