import type { Database } from 'bun:sqlite';
import type { Value } from './batch.ts';
import { connectReadOnly } from './connection.ts';
import type { Answer, Question } from './reader.ts';

/** The reader's thread. It is told the path of its database, then questions. */
declare const self: {
  onmessage: (event: MessageEvent<string>) => void;
  postMessage(message: Answer): void;
};

let database: Database | undefined;

self.onmessage = ({ data }) => {
  if (database === undefined) database = connectReadOnly(data);
  else self.postMessage(answer(database, JSON.parse(data)));
};

function answer(connection: Database, { id, sql, parameters }: Question): Answer {
  try {
    const statement = connection.prepare<object, Value[]>(sql);
    try {
      return { id, rows: statement.all(...parameters) };
    } finally {
      statement.finalize();
    }
  } catch (thrown) {
    return { id, cause: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
