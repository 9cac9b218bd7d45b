import type { AuditRecord } from '../store/store.ts';
import type { Context } from './context.ts';

export type Told = Pick<AuditRecord, 'procedure' | 'subject' | 'summary'>;

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
    summary: told.summary.length <= longest ? told.summary : `${told.summary.slice(0, longest - 1)}…`,
  };
}

const longest = 2_000;
