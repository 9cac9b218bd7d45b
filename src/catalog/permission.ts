/**
 * Whether a key's list of models allows a name, as it was asked or in full. An entry is a name, an alias, or ends in `*`
 * for all that begin like it. An alias is allowed by its own name alone, and then leads wherever it leads.
 */
export function permits(allowed: readonly string[] | undefined, names: readonly string[]): boolean {
  if (allowed === undefined) return true;
  return names.some((name) => {
    const bare = withoutQuery(name);
    return allowed.some((entry) => (entry.endsWith('*') ? bare.startsWith(entry.slice(0, -1)) : entry === bare));
  });
}

/** What stands behind `?` are wishes for the sandbox, no part of the name. */
export function withoutQuery(name: string): string {
  const mark = name.indexOf('?');
  return mark < 0 ? name : name.slice(0, mark);
}
