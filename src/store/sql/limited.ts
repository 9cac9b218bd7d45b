import type { LimitOwner } from '../../core/limit.ts';
import type { Key, Keys, Limited, Tenants } from '../store.ts';
import type { BudgetBook, Owned } from './budget-book.ts';
import type { Register } from './register.ts';
import type { KnownTenants } from './tenants.ts';

/** Keys whose budgets count what was spent before, as soon as they are in force. */
export function budgetedKeys(keys: Keys, book: BudgetBook): Keys {
  return {
    ...keys,
    create: (key, audit) => keys.create(key, audit).then(() => book.welcome(ofKey(key.id), budgetsOf(key))),
    update: (key, audit) => book.change(ofKey(key.id), budgetsOf(key), () => keys.update(key, audit)),
  };
}

/** The same of projects and organisations. */
export function budgetedTenants(tenants: Tenants, book: BudgetBook): Tenants {
  return {
    ...tenants,
    createOrganisation: (organisation, audit) =>
      tenants
        .createOrganisation(organisation, audit)
        .then(() => book.welcome(ofOrganisation(organisation.id), budgetsOf(organisation))),
    updateOrganisation: (organisation, audit) =>
      book.change(ofOrganisation(organisation.id), budgetsOf(organisation), () =>
        tenants.updateOrganisation(organisation, audit),
      ),
    createProject: (project, audit) =>
      tenants.createProject(project, audit).then(() => book.welcome(ofProject(project.id), budgetsOf(project))),
    updateProject: (project, audit) =>
      book.change(ofProject(project.id), budgetsOf(project), () => tenants.updateProject(project, audit)),
  };
}

/** Whose budgets are in force now. */
export function budgetsInForce(keys: Register<Key>, { projects, organisations }: KnownTenants): readonly Owned[] {
  return [
    ...keys.all().flatMap((key) => owned(ofKey(key.id), key)),
    ...projects.all().flatMap((project) => owned(ofProject(project.id), project)),
    ...organisations.all().flatMap((organisation) => owned(ofOrganisation(organisation.id), organisation)),
  ];
}

function owned(owner: LimitOwner, limited: Limited): readonly Owned[] {
  return budgetsOf(limited).map((budget) => ({ owner, budget }));
}

function ofKey(id: string): LimitOwner {
  return { kind: 'key', id };
}

function ofProject(id: string): LimitOwner {
  return { kind: 'project', id };
}

function ofOrganisation(id: string): LimitOwner {
  return { kind: 'organisation', id };
}

function budgetsOf({ budgets = [] }: Limited): NonNullable<Limited['budgets']> {
  return budgets;
}
