import type { MatchLogic } from '@pydantic/genai-prices';

/** What a match clause says, in exact names and patterns. */
export interface Matched {
  readonly models: readonly string[];
  /** Part of it has no pattern: the patterns match more, or the clause is not covered at all. */
  readonly inexact: boolean;
}

/** Spells a clause of the price list in the catalogue's own patterns. */
export function modelsOf(clause: MatchLogic): Matched {
  if ('or' in clause) return allOf(clause.or.map(modelsOf));
  if ('and' in clause)
    return { models: clause.and.map(modelsOf).find(({ models }) => models.length > 0)?.models ?? [], inexact: true };
  if ('equals' in clause) return exactly(clause.equals);
  if ('starts_with' in clause) return exactly(`${clause.starts_with}*`);
  if ('ends_with' in clause) return exactly(`*${clause.ends_with}`);
  if ('contains' in clause) return exactly(`*${clause.contains}*`);
  const pattern = patternOf(clause.regex);
  return pattern === undefined ? { models: [], inexact: true } : exactly(pattern);
}

/** Whether the price list itself would take this name for this clause; case never counts. */
export function matchedBy(clause: MatchLogic, name: string): boolean {
  const folded = name.toLowerCase();
  if ('or' in clause) return clause.or.some((part) => matchedBy(part, name));
  if ('and' in clause) return clause.and.every((part) => matchedBy(part, name));
  if ('equals' in clause) return folded === clause.equals.toLowerCase();
  if ('starts_with' in clause) return folded.startsWith(clause.starts_with.toLowerCase());
  if ('ends_with' in clause) return folded.endsWith(clause.ends_with.toLowerCase());
  if ('contains' in clause) return folded.includes(clause.contains.toLowerCase());
  return new RegExp(clause.regex).test(folded);
}

function exactly(model: string): Matched {
  return { models: [model], inexact: false };
}

function allOf(parts: readonly Matched[]): Matched {
  return { models: parts.flatMap(({ models }) => models), inexact: parts.some(({ inexact }) => inexact) };
}

/** A regular expression of the one form that dated names need: literal text and digits from the beginning. */
function patternOf(regex: string): string | undefined {
  if (!regex.startsWith('^')) return undefined;
  const open = !regex.endsWith('$');
  const body = regex.slice(1, open ? undefined : -1);
  const spelled = body
    .replace(/\\d(?:\{(\d)\})?/g, (_, count: string | undefined) => '\u0000'.repeat(Number(count ?? 1)))
    .replace(/\\([.[\]])/g, (_, literal: string) => literal);
  const rest = body.replace(/\\d(?:\{\d\})?|\\[.[\]]/g, '');
  if (/[\\^$.*+?()[\]{}|#]/.test(rest)) return undefined;
  return spelled.replaceAll('\u0000', '#') + (open ? '*' : '');
}
