import type { AuditRecord } from '../store/store.ts';
import type { Context } from './context.ts';

export type Told = Pick<AuditRecord, 'procedure' | 'subject' | 'summary'>;

export const longestSummary = 2_000;

/** Who changes what, now. A summary holds no secret; texts of operators stand in it as JSON, so that none passes for ours. */
export function auditRecord(
  { ids, clock, principal }: Pick<Context, 'ids' | 'clock' | 'principal'>,
  told: Told,
): AuditRecord {
  return {
    id: ids.make('audit'),
    at: clock.now(),
    actor: principal.keyId,
    organisationId: principal.organisationId,
    ...told,
    summary: told.summary.length <= longestSummary ? told.summary : `${told.summary.slice(0, longestSummary - 1)}…`,
  };
}
