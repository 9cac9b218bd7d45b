import {
  type CompiledQuery,
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Row, Value, Write } from './batch.ts';
import type { Schema } from './schema.ts';

/** Runs one reading statement, wherever the database is. */
export type Ask = (sql: string, parameters: Row) => Promise<readonly object[]>;

/** Typed queries that read through `ask`. What writes is compiled with it and given to the writer (`asWrite`). */
export function queries(ask: Ask): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new AskingDriver(ask),
      createIntrospector: (database) => new SqliteIntrospector(database),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

/** A compiled statement for the writer. */
export function asWrite(statement: { compile(): CompiledQuery<unknown> }): Write {
  const { sql, parameters } = statement.compile();
  return { sql, rows: [parameters.map(value)] };
}

class AskingDriver extends DummyDriver {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    super();
    this.#ask = ask;
  }

  override acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve({
      executeQuery: async <R>({ sql, parameters }: CompiledQuery) =>
        ({ rows: await this.#ask(sql, parameters.map(value)) }) as QueryResult<R>,
      streamQuery: () => {
        throw new TypeError('The database is read in whole answers, not in streams.');
      },
    });
  }
}

function value(parameter: unknown): Value {
  if (typeof parameter === 'string' || typeof parameter === 'number' || parameter === null) return parameter;
  throw new TypeError(`A ${typeof parameter} is no parameter of a statement; only strings, numbers and null are.`);
}
