import { z } from 'zod';
import { eventKinds } from '../core/event.ts';
import type { EventRecord } from '../store/event.ts';
import { moment, readMoment, spellMoment } from './moment.ts';
import { listed, listOf, pageFields, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { within } from './reach.ts';

export const eventShape = z
  .object({
    id: z.string(),
    created_at: moment,
    kind: z.enum(eventKinds),
    subject: z.string().describe('The id of the organisation, project or key that it is about.'),
    organisation_id: z.string(),
    body: z.record(z.string(), z.unknown()).describe('What is told depends on the kind; money is in USD.'),
  })
  .meta({ title: 'Event' });

const list = procedure({
  name: 'events.list',
  method: 'GET',
  path: '/admin/v1/events',
  summary: 'List what happened, newest first: thresholds of budgets, budgets passed, overruns, unusual spend.',
  role: 'admin',
  status: 200,
  input: z.strictObject({
    ...pageFields,
    kind: z.enum(eventKinds).optional(),
    subject: z.string().min(1).max(1_100).optional().describe('The id of an organisation, a project or a key.'),
    from: moment.optional().describe('Inclusive.'),
    to: moment.optional().describe('Exclusive.'),
  }),
  output: listOf(eventShape),
  run: async (context, { kind, subject, from, to, ...page }) =>
    listed(
      await context.store.events.list({
        ...pageOf(page),
        ...(await within(context)),
        ...(kind === undefined ? {} : { kind }),
        ...(subject === undefined ? {} : { subject }),
        ...(from === undefined ? {} : { from: readMoment(from) }),
        ...(to === undefined ? {} : { to: readMoment(to) }),
      }),
      spellEvent,
    ),
});

export const events = [list] as const;

function spellEvent({ id, at, kind, subject, organisationId, body }: EventRecord): z.input<typeof eventShape> {
  return { id, created_at: spellMoment(at), kind, subject, organisation_id: organisationId, body: { ...body } };
}
