import { Failure } from '../core/failure.ts';

/** What operators name, and how paths and procedures call many of it. */
export const nouns = {
  alias: 'aliases',
  key: 'keys',
  model: 'models',
  organisation: 'organisations',
  project: 'projects',
  provider: 'providers',
} as const;

/** For whoever names one that is not there, or that it may not see. */
export function unlisted(noun: keyof typeof nouns, name: string, param: string): Failure {
  const sentence = `There is no ${noun} ${JSON.stringify(name)}; GET /admin/v1/${nouns[noun]} lists them.`;
  return new Failure('resource-unknown', sentence, { param });
}
