/** A value with its nulls, which are a database's way to say that a member is absent, left out. */
export type Present<T> = { readonly [Name in keyof T as null extends T[Name] ? Name : never]?: Exclude<T[Name], null> };

/** Leaves out the members that are null. */
export function present<T extends object>(members: T): Present<T> {
  const there = Object.entries(members).filter(([, member]) => member !== null);
  return Object.fromEntries(there) as Present<T>;
}
