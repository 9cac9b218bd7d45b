import type { Clock, Ids } from '../core/ports.ts';
import type { AuditRecord } from '../store/store.ts';
import { longestSummary } from './audit-record.ts';

/** A record of what no key asked for: a start, or a signal, which is its actor. */
export function ownRecord(
  { ids, clock }: { readonly ids: Ids; readonly clock: Clock },
  told: Omit<AuditRecord, 'id' | 'at'>,
): AuditRecord {
  return { id: ids.make('audit'), at: clock.now(), ...told, summary: told.summary.slice(0, longestSummary) };
}
