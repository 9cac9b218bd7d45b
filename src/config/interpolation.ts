import type { Path, Problems } from './problems.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value; one that is empty counts as not set. */
export function variable(environment: Environment, name: string): string | undefined {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  return value === '' ? undefined : value;
}

/** Deeper than anything is; an alias of YAML may also contain itself. */
const deepest = 16;

/**
 * Puts the environment in for `${NAME}` in every text below a value. `$${` is a `${` that is meant literally. A text that
 * cannot be completed becomes undefined, with a problem that says why.
 */
export function interpolated(value: unknown, path: Path, tools: InterpolationTools): unknown {
  if (typeof value === 'string') return interpolatedText(value, path, tools);
  if (path.length > deepest) return void tools.problems.add(path, 'this is nested too deeply to mean anything here.');
  if (Array.isArray(value)) return value.map((item, index) => interpolated(item, [...path, index], tools));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, interpolated(item, [...path, key], tools)]),
  );
}

export interface InterpolationTools {
  readonly environment: Environment;
  readonly problems: Problems;
}

const remedy = `write "\${NAME}", or $\${ if you mean the characters themselves.`;

function interpolatedText(text: string, path: Path, { environment, problems }: InterpolationTools): string | undefined {
  let complete = true;
  const fail = (sentence: string): string => {
    complete = false;
    problems.add(path, sentence);
    return '';
  };
  const result = text.replace(/\$(\$?)\{([^}]*)(\}?)/g, (all: string, ...[literal, name = '', closed]: string[]) => {
    if (literal === '$') return all.slice(1);
    if (closed === '') return fail(`a } is missing after \${; ${remedy}`);
    if (!/^[A-Za-z_]\w*$/.test(name)) return fail(`what stands in \${…} is no name of a variable; ${remedy}`);
    return (
      variable(environment, name) ??
      fail(`the environment variable ${name} is not set, or empty; set it, or write the value here.`)
    );
  });
  return complete ? result : undefined;
}
