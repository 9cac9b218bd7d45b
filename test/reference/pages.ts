import { configurationPage } from './configuration.ts';
import { failuresPage } from './failures.ts';

/** Every page of `docs/reference` that is written from the sources. */
export const pages: Readonly<Record<string, () => string>> = {
  'docs/reference/configuration.md': configurationPage,
  'docs/reference/failures.md': failuresPage,
};
