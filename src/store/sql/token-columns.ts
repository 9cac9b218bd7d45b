import { byClass, type UsageClass, type UsageClassName, usageClasses, usageClassNames } from '../../core/usage.ts';
import { type Present, present } from './present.ts';
import type { PerClass } from './schema.ts';

/** The columns of the classes of tokens, in the order of the classes. */
export const tokenColumns: readonly UsageClassName[] = usageClasses.map((name) => usageClassNames[name]);

/** What a row has of each class, without the nulls. */
export function perClass<T>(row: PerClass<T>): Present<{ readonly [Class in UsageClass]: T | null }> {
  return present(byClass<T | null>(row));
}
