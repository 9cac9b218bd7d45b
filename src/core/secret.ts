/** A value that cannot be printed, logged or serialised by accident: only `reveal` gives it away. */
export interface Secret {
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

const shown = '***';

/** Closes a text up. Interpolation, `JSON.stringify` and `console.log` show `***` instead of it. */
export function secret(text: string): Secret {
  const show = (): string => shown;
  return Object.freeze({
    reveal: () => text,
    toString: show,
    toJSON: show,
    [Symbol.toPrimitive]: show,
    [Symbol.for('nodejs.util.inspect.custom')]: show,
  });
}
