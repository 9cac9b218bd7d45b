import type { Cancel, Clock } from '../core/ports.ts';
import type { Store } from '../store/store.ts';
import { goRounds, type RoundTools } from './rounds.ts';

export interface EventRetentionTools extends RoundTools {
  readonly store: Pick<Store, 'events'>;
  readonly clock: Clock;
}

const dayMs = 86_400_000;
/** Longer than any period of a budget that ends: what is told once for a period is not told again when it goes. */
const keptMs = 90 * dayMs;
/** How often it is looked whether something is old. */
const everyMs = 3_600_000;
/** So many go at once … */
const most = 500;
/** … and the next so much later: calls share the disk. */
const pauseMs = 1_000;

/** Takes events out that are older than 90 days, in small steps, and looks for more every hour. */
export function retainEvents({ store, clock, log }: EventRetentionTools): Cancel {
  return goRounds(
    { clock, log },
    {
      everyMs,
      trouble: 'old events could not be taken out; it is tried again in an hour',
      run: async () => {
        const removed = await store.events.remove({ before: clock.now() - keptMs, most });
        return removed < most ? undefined : pauseMs;
      },
    },
  );
}
