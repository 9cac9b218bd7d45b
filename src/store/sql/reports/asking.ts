import type { Database } from 'bun:sqlite';
import { statSync } from 'node:fs';
import { connectReadOnly } from '../connection.ts';
import { atDesk, type Desk } from './desk.ts';
import { findRequests } from './find.ts';
import { LateRows } from './late.ts';
import { openPages } from './pages.ts';
import type { ReportQuestion, SumAnswer } from './question.ts';
import { mostRows, sumUsage } from './sum.ts';
import { TooManyGroups } from './tally.ts';

/** Answers questions for reports on a thread that has the ledger open. */
export interface Reporter {
  answer(question: ReportQuestion): readonly unknown[];
}

/** The shelf is opened when it is there, and anew when another was put in its place. */
export function openReporter(ledger: Database, shelfPath: string): Reporter {
  let shelf: Database | undefined;
  let file: number | undefined;
  const late = new LateRows(ledger);
  const shelfNow = (): Database | undefined => {
    const found = statSync(shelfPath, { throwIfNoEntry: false })?.ino;
    if (found === file) return shelf;
    shelf?.close();
    [shelf, file] = [undefined, undefined];
    if (found !== undefined) [shelf, file] = [connectReadOnly(shelfPath), found];
    return shelf;
  };
  const make = <T>(act: (desk: Desk) => T): T => {
    try {
      return atDesk({ ledger, late, shelf: shelfNow() }, act);
    } catch (thrown) {
      // Whatever is wrong with what is derived, the ledger itself still knows; it takes longer.
      if (thrown instanceof TooManyGroups) throw thrown;
      return atDesk({ ledger, late, shelf: undefined }, act);
    }
  };
  const sumPages = openPages((query) => make((desk) => sumUsage(desk, query)));
  return {
    answer(question) {
      if ('find' in question) return make((desk) => findRequests(desk, question.find));
      try {
        return [sumPages(question)];
      } catch (thrown) {
        if (thrown instanceof TooManyGroups) return [{ most: mostRows } satisfies SumAnswer];
        throw thrown;
      }
    },
  };
}
