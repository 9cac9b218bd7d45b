import type { Json } from '../../../src/core/json.ts';
import { covers, leaves } from './exact-json.ts';
import type { Fact, FactKind } from './fact.ts';

/** What is found while a wire form is read by hand. */
export interface Notes {
  note(kind: FactKind, value: string, at: string): void;
  /** These say nothing of their own: structure, defaults, or what another fact tells. */
  skip(...paths: readonly string[]): void;
  /** From here on this side speaks: the one who asks and brings results, or the model. */
  turn(side: 'asker' | 'model'): void;
  /** Back outside of the conversation. */
  leave(): void;
  /** Notes a call under its id; what comes later under that id answers it. */
  call(id: string): void;
  /** Which call, counted from 0, a result is of: the latest of that id. */
  answered(id: string): string;
  /** What was noted so far, in the order of noting. */
  said(): readonly Fact[];
  /** All facts; what was neither noted nor skipped is a `member` each. */
  facts(wire: Json): readonly Fact[];
}

export function takeNotes(): Notes {
  const facts: Fact[] = [];
  const read: string[] = [];
  const calls: string[] = [];
  const sides: string[] = [];
  let inTurn = false;
  const speakers = (): readonly string[] => {
    const turns = new Set(facts.flatMap(({ turn }) => (turn === undefined ? [] : [turn])));
    return sides.filter((_, index) => turns.has(index));
  };
  return {
    note(kind, value, at) {
      read.push(at);
      facts.push({ kind, value, at, ...(inTurn && { turn: sides.length - 1 }) });
    },
    skip: (...paths) => void read.push(...paths),
    turn(side) {
      inTurn = true;
      if (sides.at(-1) !== side) sides.push(side);
    },
    leave() {
      inTurn = false;
    },
    call: (id) => void calls.push(id),
    answered(id) {
      const at = calls.lastIndexOf(id);
      return at < 0 ? `no call ${id}` : `call ${at}`;
    },
    said: () => [...facts],
    facts(wire) {
      const known = new Set(read);
      const unread = leaves(wire).filter((path) => !isRead(path, known));
      const members = unread.map((at): Fact => ({ kind: 'member', value: at, at }));
      const turns = speakers().filter((side, index, all) => side !== all[index - 1]);
      if (turns.length === 0) return [...facts, ...members];
      return [...facts, { kind: 'turns', value: turns.join(', '), at: 'messages' }, ...members];
    },
  };
}

/** Whether the path itself or one of its ancestors is known. */
function isRead(path: string, known: ReadonlySet<string>): boolean {
  for (let end = path.length; end > 0; end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1))) {
    const outer = path.slice(0, end);
    if (known.has(outer) && covers(outer, path)) return true;
  }
  return false;
}
