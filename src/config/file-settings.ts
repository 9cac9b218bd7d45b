import type { z } from 'zod';
import { checked, describe, type Reader, unknownKeys } from './reader.ts';
import { rootSchema } from './schema.ts';

type Root = z.output<typeof rootSchema>;

/** Every key of the schema, also those that may be absent: one that is not read below does not compile. */
type Whole = { readonly [Name in keyof Required<Omit<Root, 'providers' | 'models'>>]: Root[Name] };

/** What the file says, less what is wrong with it: that is among the problems. */
export interface FileSettings extends Whole {
  readonly providers: Readonly<Record<string, unknown>>;
  readonly models: Readonly<Record<string, unknown>>;
}

/** Each part is checked by itself, so that a mistake in one hides none in another. */
export function fileSettings(reader: Reader, value: unknown): FileSettings {
  const given = entriesOf(value);
  if (!isMap(value))
    reader.problems.add([], `found ${describe(value)}, wanted a map with settings, such as listen: 127.0.0.1:4141.`);
  const { shape } = rootSchema;
  const known = Object.keys(shape);
  unknownKeys(reader, { at: [], keys: Object.keys(given).filter((key) => !known.includes(key)), known });
  const at = (name: keyof typeof shape) => ({ value: given[name] ?? undefined, path: [name] });
  checked(reader, shape.providers, at('providers'));
  checked(reader, shape.models, at('models'));
  return {
    listen: checked(reader, shape.listen, at('listen')),
    admin_listen: checked(reader, shape.admin_listen, at('admin_listen')),
    data: checked(reader, shape.data, at('data')),
    log: checked(reader, shape.log, at('log')) ?? {},
    limits: checked(reader, shape.limits, at('limits')) ?? shape.limits.parse(undefined),
    media: checked(reader, shape.media, at('media')) ?? shape.media.parse(undefined),
    retry: checked(reader, shape.retry, at('retry')) ?? shape.retry.parse(undefined),
    budgets: checked(reader, shape.budgets, at('budgets')) ?? shape.budgets.parse(undefined),
    unknown_price: checked(reader, shape.unknown_price, at('unknown_price')),
    // Entries are looked at one by one, even if a neighbour is wrong.
    providers: entriesOf(given['providers']),
    models: entriesOf(given['models']),
  };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): Readonly<Record<string, unknown>> {
  return isMap(value) ? value : {};
}
