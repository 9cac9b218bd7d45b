import { z } from 'zod';
import type { Organisation } from '../store/store.ts';
import { auditRecord } from './audit-record.ts';
import type { Context } from './context.ts';
import { limitFields, readLimits, volatileLimits } from './limit-shape.ts';
import { listed, listOf, pageFields, pageIn, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { organisationFor, reachOf } from './reach.ts';
import { refuseWhileOpen, tenantChange } from './tenant-change.ts';
import { spellTenant, tenantChangeFields, tenantFields, tenantId, tenantName } from './tenant-shape.ts';

const organisationShape = z.object(tenantFields).meta({ title: 'Organisation' });

const create = procedure({
  name: 'organisations.create',
  method: 'POST',
  path: '/admin/v1/organisations',
  summary: 'Create an organisation: its administrators see nothing of any other.',
  role: 'admin',
  scope: 'house',
  status: 201,
  input: z.strictObject({ name: tenantName, ...limitFields }),
  output: organisationShape,
  run: async (context, { name, ...limits }) => {
    const own = readLimits(context, limits);
    const organisation = { id: context.ids.make('org'), name, createdAt: context.clock.now(), ...own };
    const summary = `created ${JSON.stringify(name)}`;
    const told = auditRecord(context, { procedure: 'organisations.create', subject: organisation.id, summary });
    await context.store.tenants.createOrganisation(organisation, told);
    return spellOrganisation(organisation, context);
  },
});

const list = procedure({
  name: 'organisations.list',
  method: 'GET',
  path: '/admin/v1/organisations',
  summary: 'List organisations, newest first: all, or for an administrator of another than the oldest its own.',
  role: 'admin',
  status: 200,
  input: z.strictObject(pageFields),
  output: listOf(organisationShape),
  run: async (context, input) => {
    const reach = await reachOf(context);
    const all = (await context.store.tenants.organisations()).toReversed();
    const own = reach.house ? all : all.filter(({ id }) => id === reach.organisationId);
    return listed(pageIn(own, pageOf(input)), (each) => spellOrganisation(each, context));
  },
});

const get = procedure({
  name: 'organisations.get',
  method: 'GET',
  path: '/admin/v1/organisations/{id}',
  summary: 'Read an organisation.',
  role: 'admin',
  volatile: volatileLimits,
  status: 200,
  input: z.strictObject({ id: tenantId }),
  output: organisationShape,
  run: async (context, { id }) => spellOrganisation(await organisationFor(context, id, 'id'), context),
});

const update = procedure({
  name: 'organisations.update',
  method: 'PATCH',
  path: '/admin/v1/organisations/{id}',
  summary: 'Rename an organisation, change its limits, or archive it once no key of it opens any more.',
  role: 'admin',
  scope: 'house',
  status: 200,
  input: z.strictObject(tenantChangeFields),
  output: organisationShape,
  run: async (context, { id, ...change }) => {
    const before = await organisationFor(context, id, 'id');
    if (change.archived === true) await refuseWhileOpen(context, { organisationId: id });
    const { item: organisation, summary } = tenantChange(context, before, change);
    const told = auditRecord(context, { procedure: 'organisations.update', subject: id, summary });
    await context.store.tenants.updateOrganisation(organisation, told);
    return spellOrganisation(organisation, context);
  },
});

export const organisations = [create, list, get, update] as const;

function spellOrganisation(organisation: Organisation, context: Context) {
  return spellTenant('organisation', organisation, context);
}
