import type { Database } from 'bun:sqlite';
import type { Value } from './batch.ts';
import { connectReadOnly } from './connection.ts';
import type { Answer, Question } from './reader.ts';
import { openReporter, type Reporter } from './reports/asking.ts';
import { shelfBeside } from './reports/shelf.ts';
import { Walks } from './walks.ts';

/** Answers questions about one database; what goes wrong is an answer too. */
export interface Reading {
  answer(question: Question): Answer;
}

/** The database at this path; `connect` opens it. */
export function openReading(path: string, connect: (path: string) => Database = connectReadOnly): Reading {
  const database = connect(path);
  const reporter = openReporter(database, shelfBeside(path));
  const walks = new Walks(database);
  return {
    answer(question) {
      const { id } = question;
      try {
        return { id, rows: rowsOf(question, { database, reporter, walks }) };
      } catch (thrown) {
        return { id, cause: thrown instanceof Error ? thrown.message : String(thrown) };
      }
    },
  };
}

interface Hands {
  readonly database: Database;
  readonly reporter: Reporter;
  readonly walks: Walks;
}

function rowsOf(question: Question, { database, reporter, walks }: Hands): readonly unknown[] {
  if ('step' in question) return walks.step(question.id, question.step);
  if (!('sql' in question)) return reporter.answer(question);
  const statement = database.prepare<object, Value[]>(question.sql);
  try {
    return statement.all(...question.parameters);
  } finally {
    statement.finalize();
  }
}
