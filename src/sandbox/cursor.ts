/** A place in a text that is read once, from left to right, character by character. */
export interface Cursor {
  /** The next character, left where it is; undefined at the end. */
  next(): string | undefined;
  /** The next character; throws a RangeError at the end. */
  take(): string;
  /** Goes past this one character if it is the next. */
  skip(character: string): boolean;
  /** Goes past what an expression that begins with `^` matches here. */
  match(expression: RegExp): string | undefined;
}

export function cursorOver(text: string): Cursor {
  let rest = text;
  const next = (): string | undefined => {
    const code = rest.codePointAt(0);
    return code === undefined ? undefined : String.fromCodePoint(code);
  };
  const pass = (passed: string): string => {
    rest = rest.slice(passed.length);
    return passed;
  };
  return {
    next,
    take: () => {
      const character = next();
      if (character === undefined) throw new RangeError('it ends too early');
      return pass(character);
    },
    skip: (character) => next() === character && pass(character) !== '',
    match: (expression) => {
      const found = expression.exec(rest)?.[0];
      return found === undefined ? undefined : pass(found);
    },
  };
}
