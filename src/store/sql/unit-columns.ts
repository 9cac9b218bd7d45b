import { partsIn, partsOfUnit, type UnitClassName, type Units, unitClasses, unitClassNames } from '../../core/usage.ts';

/** The columns of the classes of units, in the order of the classes. They hold whole parts: seconds are milliseconds. */
export const unitColumns: readonly UnitClassName[] = unitClasses.map((name) => unitClassNames[name]);

/** What a row of entries has of each class; undefined if that is nothing. */
export function unitsOf(row: { readonly [Name in UnitClassName]: number | null }): Units | undefined {
  const told = unitClasses.flatMap((name) => {
    const parts = row[unitClassNames[name]];
    return parts === null ? [] : [[name, parts / partsOfUnit[name]] as const];
  });
  return told.length === 0 ? undefined : Object.fromEntries(told);
}

/** The values of the columns. Most entries have none of it. */
export function unitValues(units: Units | undefined): readonly (number | null)[] {
  if (units === undefined) return none;
  return unitClasses.map((name) => {
    const count = units[name];
    return count === undefined ? null : partsIn(name, count);
  });
}

const none: readonly null[] = unitClasses.map(() => null);
