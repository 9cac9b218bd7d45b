/** Where a member stands within what it is a member of; undefined if nobody here knows it. */
export type Where = (member: string) => string | undefined;

/** The first step of a path: `tools[1].name` is number 1 of `tools`, and `.name` the rest. */
export interface FirstStep {
  readonly name: string;
  readonly index: number | undefined;
  readonly rest: string;
}

export function firstStep(path: string): FirstStep {
  const [, name = '', index, rest = ''] = /^\.?([^.[]*)(?:\[(\d+)\])?(.*)$/s.exec(path) ?? [];
  return { name, index: index === undefined ? undefined : Number(index), rest };
}

/** The rest of a path, with its first member where that really stands. */
export function below(rest: string, where: Where): string {
  const [, name, deeper = ''] = /^\.([^.[]+)(.*)$/s.exec(rest) ?? [];
  const found = name === undefined ? undefined : where(name);
  if (found === undefined) return rest;
  // A source is one text on the wire, and a grammar stands in another object.
  if (name === 'source') return `.${found}`;
  return `.${found}${name === 'grammar' && deeper !== '' ? '.grammar' : ''}${deeper}`;
}
