import type { ModelAddress, RoutedAlias } from './names.ts';
import { spelled } from './names.ts';

/** A pinned model whose provider has announced its end. */
export interface RetiringPin {
  readonly alias: string;
  readonly model: string;
  /** Epoch milliseconds; in the past if it is overdue. */
  readonly retiresAt: number;
}

/** So long before the end a pin is warned of. */
const noticeMs = 60 * 86_400_000;

/** The pins that an operator must soon move. */
export function retiringPins(
  aliases: readonly (RoutedAlias & { readonly pinned: boolean })[],
  retiresAt: (model: ModelAddress) => number | undefined,
  now: number,
): readonly RetiringPin[] {
  return aliases
    .filter(({ pinned }) => pinned)
    .flatMap(({ name, targets: [target] }) => {
      const end = retiresAt(target);
      return end === undefined || end - now > noticeMs ? [] : [{ alias: name, model: spelled(target), retiresAt: end }];
    });
}

/** What the log says of one. */
export function retiringWarning({ alias, model, retiresAt }: RetiringPin, now: number): string {
  const day = new Date(retiresAt).toISOString().slice(0, 10);
  const when = retiresAt <= now ? `was to be turned off on ${day}` : `will be turned off on ${day}`;
  return `the alias ${alias} is pinned to ${model}, which ${when} by its provider; pin it to another version`;
}
