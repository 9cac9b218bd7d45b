import type { Database } from 'bun:sqlite';
import type { PastQuery, PastUse } from '../store.ts';
import type { Value } from './batch.ts';
import { ownerColumn } from './spending-tally.ts';
import { tokenColumns } from './token-columns.ts';
import type { Walker } from './walks.ts';

/** Adds up what calls consumed that were admitted in a stretch of time, by slots of it and by values. */
export function useWalk(database: Database, asked: PastQuery): Walker {
  const { match, slotMs, limit } = asked;
  const { sql, parameters } = statementFor(asked);
  const statement = database.prepare<unknown, Value[]>(sql);
  const uses = new Uses(limit);
  const calls = new RecentCalls();
  return {
    through({ after, upTo }) {
      for (const row of statement.values(after, upTo, ...parameters) as Value[][]) {
        const [startedAt, at, closing, tokens, images, audioMs, call, tags, user, model] = row;
        const slot = Math.floor(Number(startedAt) / slotMs);
        for (const values of valuesOf(match, { user, tags, model })) {
          const use = uses.of(values, slot);
          use.at = Math.max(use.at, Number(at));
          use.requests += match.model === undefined ? Number(closing) : calls.countOf(use, call);
          use.tokens += Number(tokens);
          use.images += Number(images);
          use.audioMs += Number(audioMs);
        }
      }
      uses.tidy();
    },
    found: () => uses.latest(limit).map(pastUse).values(),
  };
}

interface Use {
  readonly values: readonly string[];
  readonly slot: number;
  at: number;
  requests: number;
  tokens: number;
  images: number;
  audioMs: number;
}

/** What was consumed, by values and slots. Entries come about in the order of their time: what is far behind the latest is not told in the end. */
class Uses {
  readonly #most: number;
  #all = new Map<string, Map<number, Use>>();
  #count = 0;

  constructor(limit: number) {
    this.#most = Math.max(8 * limit, 10_000);
  }

  of(values: readonly string[], slot: number): Use {
    return this.#slots(values).get(slot) ?? this.#open(values, slot);
  }

  tidy(): void {
    if (this.#count <= this.#most) return;
    const kept = this.latest(this.#most / 2);
    [this.#all, this.#count] = [new Map(), 0];
    for (const use of kept) this.#put(use);
  }

  /** The latest of them, in the order of time. */
  latest(most: number): readonly Use[] {
    const all = [...this.#all.values()].flatMap((slots) => [...slots.values()]);
    return all.sort((one, other) => one.at - other.at).slice(-most);
  }

  #open(values: readonly string[], slot: number): Use {
    const use = { values, slot, at: Number.NEGATIVE_INFINITY, requests: 0, tokens: 0, images: 0, audioMs: 0 };
    this.#put(use);
    return use;
  }

  #put(use: Use): void {
    this.#slots(use.values).set(use.slot, use);
    this.#count += 1;
  }

  /** All lists of values are equally long. */
  #slots(values: readonly string[]): Map<number, Use> {
    const name = values.length < 2 ? (values[0] ?? '') : JSON.stringify(values);
    const slots = this.#all.get(name) ?? new Map<number, Use>();
    this.#all.set(name, slots);
    return slots;
  }
}

function pastUse({ at, values, requests, tokens, images, audioMs }: Use): PastUse {
  return { at, requests, tokens, images, audioSeconds: audioMs / 1_000, values };
}

/**
 * Calls of which several entries count: each once. Entries of a call are near each other; one that waited for so many others that it is
 * forgotten counts once more, and so its limit is reached early, never late.
 */
class RecentCalls {
  #recent = new Map<Value, Use | readonly Use[]>();
  #before = this.#recent;

  countOf(use: Use, call: Value | undefined): 0 | 1 {
    const id = call ?? null;
    const found = this.#recent.get(id) ?? this.#before.get(id);
    if (found === use || (Array.isArray(found) && found.includes(use))) return 0;
    this.#recent.set(id, found === undefined ? use : [found, use].flat());
    if (this.#recent.size >= mostRecent) [this.#before, this.#recent] = [this.#recent, new Map()];
    return 1;
  }
}

const mostRecent = 100_000;

/** Of calls that began before the time in question and were admitted in it. */
export const longestWaitMs = 3_600_000;

/** Nobody tells when a call was admitted: it arrived before, and its answer's head came after. */
const admittedBy =
  'cast(started_at + case when closing = 1 then ifnull(first_byte_ms, latency_ms) else 0 end as integer) + 1';
const target = "provider || '/' || model";

/** A list of tags is looked through when it has been read: the same lists come again and again. */
function statementFor({ owner, match: { endUser, tag, model }, since }: PastQuery) {
  const tokens = tokenColumns.map((name) => `ifnull(${name}, 0)`).join(' + ');
  const columns = [
    ...['started_at', admittedBy, 'closing', tokens, 'ifnull(image, 0)', 'ifnull(audio_second, 0)'],
    model === undefined ? 'null' : 'request_id',
    tag === undefined ? 'null' : 'tags',
    endUser === '*' ? 'end_user' : 'null',
    model === '*' ? target : 'null',
  ];
  const conditions: readonly (readonly [string, ...Value[]])[] = [
    ['started_at >= ?', since - longestWaitMs],
    [`${ownerColumn[owner.kind]} = ?`, owner.id],
    ['attempt > 0'],
    [`${admittedBy} >= ?`, since],
    ...named('end_user', endUser),
    ...named('tags', tag === undefined ? undefined : '*'),
    ...named(target, model),
  ];
  const where = conditions.map(([condition]) => condition).join(' and ');
  return {
    sql: `select ${columns.join(', ')} from entries where sequence > ? and sequence <= ? and ${where}`,
    parameters: conditions.flatMap(([, ...parameters]) => parameters),
  };
}

function named(column: string, name: string | undefined): readonly (readonly [string, ...Value[]])[] {
  if (name === undefined) return [];
  return [name === '*' ? [`${column} is not null`] : [`${column} = ?`, name]];
}

interface Borne {
  readonly user: Value | undefined;
  readonly tags: Value | undefined;
  readonly model: Value | undefined;
}

/** What an entry bears of what is told apart by `*`, in the order end user, tag, model; several lists if it has several tags. */
function valuesOf({ tag }: PastQuery['match'], { user, tags, model }: Borne): readonly (readonly string[])[] {
  const list = (each?: string): readonly string[] =>
    [user, each, model].flatMap((value) => (value === undefined || value === null ? [] : [String(value)]));
  if (tag === undefined) return [list()];
  const borne = new Set<string>(JSON.parse(String(tags)));
  if (tag === '*') return [...borne].map((each) => list(each));
  return borne.has(tag) ? [list()] : [];
}
