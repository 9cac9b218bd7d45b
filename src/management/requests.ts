import { z } from 'zod';
import { Failure, type FailureKind, failures } from '../core/failure.ts';
import { unhurried } from '../core/unhurried.ts';
import type { RequestQuery } from '../store/store.ts';
import { moment, readMoment } from './moment.ts';
import { listed, listOf, pageFields, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { reaches, within } from './reach.ts';
import { requestShape, requestStoryShape, spellRequest, spellStory } from './request-shape.ts';

const text = z.string().min(1).max(1_100);

const filters = {
  key_id: text.optional(),
  project_id: text.optional(),
  provider: text.optional(),
  model: text.optional().describe('What answered, as its provider names it.'),
  requested_model: text.optional().describe('As the caller wrote it.'),
  status_class: z.enum(['2xx', '4xx', '5xx']).optional(),
  outcome: requestShape.shape.outcome.optional(),
  failure: z
    .enum(Object.keys(failures) as [FailureKind, ...FailureKind[]])
    .optional()
    .describe('The kind of failure.'),
  tag: text.optional(),
  user: text.optional().describe('The end user that the caller named.'),
  from: moment.optional().describe('When it came in; inclusive.'),
  to: moment.optional().describe('Exclusive.'),
};

const list = procedure({
  name: 'requests.list',
  method: 'GET',
  path: '/admin/v1/requests',
  summary: 'List calls, refusals too, newest first: who, what, how it ended and what it cost.',
  role: 'admin',
  status: 200,
  input: z.strictObject({ ...pageFields, ...filters }),
  output: listOf(requestShape),
  run: async (context, input) => {
    const query = { ...pageOf(input), ...wanted(input), ...(await within(context)) };
    const { data, ...page } = await context.store.ledger.requests(query);
    return listed({ ...page, data: await unhurried(context.clock, data, spellRequest) }, (spelled) => spelled);
  },
});

const get = procedure({
  name: 'requests.get',
  method: 'GET',
  path: '/admin/v1/requests/{id}',
  summary: 'Read one call whole, with every attempt: the id is the `x-request-id` of its answer.',
  role: 'admin',
  status: 200,
  input: z.strictObject({ id: z.string().min(1).max(200) }),
  output: requestStoryShape,
  run: async (context, { id }) => {
    const story = await context.store.ledger.request(id);
    if (story !== undefined && (await reaches(context, story.record.organisationId))) return spellStory(story);
    throw new Failure(
      'resource-unknown',
      `There is no record of a call ${JSON.stringify(id)}; a call is recorded when it ends.`,
      {
        param: 'id',
      },
    );
  },
});

export const requests = [list, get] as const;

type Filters = { readonly [Name in keyof typeof filters]?: z.output<(typeof filters)[Name]> };

function wanted(input: Filters): Omit<RequestQuery, 'limit' | 'after'> {
  const { status_class: statusClass, from, to } = input;
  const told = {
    keyId: input.key_id,
    projectId: input.project_id,
    provider: input.provider,
    model: input.model,
    requestedModel: input.requested_model,
    outcome: input.outcome,
    failure: input.failure,
    tag: input.tag,
    endUser: input.user,
    statusClass: statusClass === undefined ? undefined : Number(statusClass[0]),
    from: from === undefined ? undefined : readMoment(from),
    to: to === undefined ? undefined : readMoment(to),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}
