import { configurationPage } from './configuration.ts';
import { failuresPage } from './failures.ts';
import { seedContextsFile } from './seed-contexts.ts';
import { seedPricesFile } from './seed-prices.ts';

/** Every page of `docs/reference`, and whatever else, that is written from the sources. */
export const pages: Readonly<Record<string, () => string>> = {
  'docs/reference/configuration.md': configurationPage,
  'docs/reference/failures.md': failuresPage,
  'src/catalog/seed-contexts.json': seedContextsFile,
  'src/catalog/seed-prices.json': seedPricesFile,
};
