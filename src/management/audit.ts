import { z } from 'zod';
import type { AuditRecord } from '../store/store.ts';
import { moment, spellMoment } from './moment.ts';
import { listed, listOf, pageFields, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { within } from './reach.ts';

const idField = z.string().min(1).max(500);

export const auditShape = z
  .object({
    id: z.string(),
    created_at: moment,
    actor: z.string().describe('The id of the key that changed it, or a word such as `SIGHUP` for what is no key.'),
    organisation_id: z.string(),
    procedure: z.string(),
    subject: z.string().describe('The id or name of what was changed.'),
    summary: z.string(),
  })
  .meta({ title: 'AuditRecord' });

const list = procedure({
  name: 'audit.list',
  method: 'GET',
  path: '/admin/v1/audit',
  summary: 'List changes, newest first: who changed what, and when.',
  role: 'admin',
  status: 200,
  input: z.strictObject({
    ...pageFields,
    actor: idField.optional().describe('The id of a key.'),
    subject: idField.optional().describe('The id or name of what was changed.'),
    procedure: z.array(z.string().min(1).max(100)).max(100).optional().describe('One of these: `keys.create`.'),
  }),
  output: listOf(auditShape),
  run: async (context, { actor, subject, procedure: procedures, ...page }) =>
    listed(
      await context.store.audit.list({
        ...pageOf(page),
        ...(await within(context)),
        ...(actor === undefined ? {} : { actor }),
        ...(subject === undefined ? {} : { subject }),
        ...(procedures === undefined || procedures.length === 0 ? {} : { procedures }),
      }),
      spellAudit,
    ),
});

export const audit = [list] as const;

export function spellAudit({ organisationId, at, ...record }: AuditRecord): z.input<typeof auditShape> {
  return { ...record, organisation_id: organisationId, created_at: spellMoment(at) };
}
