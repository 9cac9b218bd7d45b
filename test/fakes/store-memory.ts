import type { Adjustment } from '../../src/store/adjustment.ts';
import type {
  AuditRecord,
  Entry,
  KeptAnswer,
  Key,
  Organisation,
  PriceRecord,
  Project,
  Setting,
} from '../../src/store/store.ts';
import type { KeptEvent } from './store-events.ts';
import type { KeptHold } from './store-holds.ts';

/** What a fake store remembers; given to another one, it is as after a restart. */
export interface Memory {
  readonly organisations: Organisation[];
  readonly projects: Project[];
  readonly keys: Key[];
  readonly entries: Entry[];
  /** What is held for attempts under way. */
  readonly open: KeptHold[];
  readonly adjustments: Adjustment[];
  readonly prices: PriceRecord[];
  readonly settings: Setting[];
  readonly audit: AuditRecord[];
  readonly answers: KeptAnswer[];
  readonly events: KeptEvent[];
}

export function emptyMemory(): Memory {
  return {
    organisations: [],
    projects: [],
    keys: [],
    entries: [],
    open: [],
    adjustments: [],
    prices: [],
    settings: [],
    audit: [],
    answers: [],
    events: [],
  };
}

/** In the same step as the change that it tells of. */
export function note({ audit: all }: Memory, record: AuditRecord | undefined): void {
  if (record !== undefined && !all.some(({ id }) => id === record.id)) all.push(record);
}
