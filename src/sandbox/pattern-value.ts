import { type Draw, pick } from './chance.ts';
import { type Making, unmakeable } from './making.ts';
import { type Pattern, readPattern } from './pattern.ts';

const mostSteps = 50_000;

/** Repetitions are drawn out, step by step, until the text is long enough. */
const extras = Array.from({ length: 33 }, (_, index) => index);

export interface PatternMaking extends Making {
  /** The length the text must have, in characters. */
  readonly least: number;
  readonly most: number;
}

/** A text that a regular expression matches from end to end. Throws `Failure('request-invalid')` if it finds none. */
export function patternValue(source: string, making: PatternMaking): string {
  const pattern = understood(source, making);
  let steps = 0;
  const spend = (): void => {
    steps += 1;
    if (steps > mostSteps) throw unmakeable(making, `the pattern '${source}' leads too far`);
  };
  for (const extra of [...extras, making.least - 1, making.least]) {
    const text = written(pattern, { draw: making.draw, spend, extra });
    const { length } = [...text];
    if (length >= making.least && length <= making.most) return text;
  }
  throw unmakeable(making, `it finds no text for the pattern '${source}' of the length it demands`);
}

function understood(source: string, making: Making): Pattern {
  try {
    return readPattern(source);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw unmakeable(making, `the pattern '${source}' is beyond it: ${cause.message}`);
  }
}

interface Writing {
  readonly draw: Draw;
  readonly spend: () => void;
  /** How often a repetition is repeated beyond what it must be. */
  readonly extra: number;
}

function written(pattern: Pattern, writing: Writing): string {
  writing.spend();
  switch (pattern.kind) {
    case 'set':
      return pick(pattern.characters, writing.draw) ?? '';
    case 'sequence':
      return pattern.parts.map((part) => written(part, writing)).join('');
    case 'choice': {
      const option = pick(pattern.options, writing.draw);
      return option === undefined ? '' : written(option, writing);
    }
    case 'repeat': {
      const count = Math.min(pattern.most, pattern.least + Math.max(0, writing.extra));
      return Array.from({ length: count }, () => written(pattern.part, writing)).join('');
    }
  }
}
