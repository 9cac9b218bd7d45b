import { Failure } from '../../core/failure.ts';
import { didYouMean, nearestAmong } from '../../core/nearest.ts';

/** A question about an organisation's usage or costs, as OpenAI's clients ask it; checked. Times are epoch milliseconds. */
export interface OrganisationQuery {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly width: BucketWidth;
  /** How many buckets a page has at most. */
  readonly limit: number;
  readonly groupBy: readonly string[];
  /** Only these, by the field of a group. */
  readonly only: ReadonlyMap<string, ReadonlySet<string>>;
  /** Batches alone, or all but batches; absent for both. */
  readonly batch?: boolean;
}

export type BucketWidth = '1m' | '1h' | '1d';

/** What one path takes. */
export interface OrganisationFields {
  readonly widths: Partial<Record<BucketWidth, { readonly usual: number; readonly most: number }>>;
  readonly groups: readonly string[];
  /** Query field -> the field of a group that it filters by. */
  readonly filters: Readonly<Record<string, string>>;
  readonly batch?: true;
}

export const bucketMs: Readonly<Record<BucketWidth, number>> = { '1m': 60_000, '1h': 3_600_000, '1d': 86_400_000 };

/**
 * Reads a query string. Lists come repeated, with brackets behind their name, or with commas. Throws `request-invalid` naming the field: what
 * would not be honoured is refused, for it changes what the answer means.
 * https://platform.openai.com/docs/api-reference/usage
 */
export function organisationQuery(query: URLSearchParams, fields: OrganisationFields, now: number): OrganisationQuery {
  const given = givenIn(query, fields);
  const width = widthIn(given, fields);
  const { usual, most } = fields.widths[width] ?? { usual: 1, most: 1 };
  const start = secondsIn(given, 'start_time');
  if (start === undefined) throw wrong('start_time', 'is missing; say from which second (Unix time) on.');
  const to = secondsIn(given, 'end_time') ?? now + 1;
  const from = pageIn(given) ?? start;
  if (start >= to) throw wrong('end_time', 'must be later than start_time.');
  const batch = flagIn(given, 'batch');
  return {
    ...{ from, to, width, limit: countIn(given, 'limit', most) ?? usual },
    groupBy: groupsIn(given, fields),
    only: new Map(
      Object.entries(fields.filters).flatMap(([name, group]) => {
        const wanted = given.get(name);
        return wanted === undefined ? [] : [[group, new Set(wanted)] as const];
      }),
    ),
    ...(batch === undefined ? {} : { batch }),
  };
}

/** The cursor of the page that begins at this time. */
export function pageFrom(at: number): string {
  return `page_${at / 1000}`;
}

type Given = ReadonlyMap<string, readonly string[]>;

const lists = /_ids$|^models$|^group_by$|^line_items$/;

function givenIn(query: URLSearchParams, { filters, batch }: OrganisationFields): Given {
  const known = ['start_time', 'end_time', 'bucket_width', 'limit', 'page', 'group_by', ...Object.keys(filters)];
  if (batch === true) known.push('batch');
  const given = new Map<string, readonly string[]>();
  for (const [spelled, value] of query) {
    const name = spelled.replace(/\[\d*\]$/, '');
    if (!known.includes(name)) {
      const near = didYouMean(nearestAmong(known)(name));
      throw wrong(name.slice(0, 64), `is not known here; ${near === '' ? `there are ${known.join(', ')}.` : near}`);
    }
    const before = given.get(name) ?? [];
    if (before.length > 0 && !lists.test(name)) throw wrong(name, 'stands in the query more than once; give it once.');
    given.set(name, [...before, ...(lists.test(name) ? value.split(',').filter((each) => each !== '') : [value])]);
  }
  return given;
}

function widthIn(given: Given, { widths }: OrganisationFields): BucketWidth {
  const [width = '1d'] = given.get('bucket_width') ?? [];
  const known = Object.keys(widths);
  if (isWidth(width) && known.includes(width)) return width;
  throw wrong('bucket_width', `is ${shown(width)}; it must be ${known.join(', ')}.`);
}

function isWidth(text: string): text is BucketWidth {
  return Object.hasOwn(bucketMs, text);
}

function secondsIn(given: Given, name: string): number | undefined {
  const [text] = given.get(name) ?? [];
  if (text === undefined) return undefined;
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1000;
  throw wrong(name, `is ${shown(text)}; it must be a whole number of seconds (Unix time).`);
}

function countIn(given: Given, name: string, most: number): number | undefined {
  const [text] = given.get(name) ?? [];
  if (text === undefined) return undefined;
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  throw wrong(name, `is ${shown(text)}; it must be a whole number from 1 to ${most}.`);
}

function flagIn(given: Given, name: string): boolean | undefined {
  const [text] = given.get(name) ?? [];
  if (text === undefined || text === '') return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw wrong(name, `is ${shown(text)}; it must be true or false.`);
}

function pageIn(given: Given): number | undefined {
  const [text] = given.get('page') ?? [];
  if (text === undefined || text === '') return undefined;
  const [, seconds] = /^page_(\d{1,11})$/.exec(text) ?? [];
  if (seconds !== undefined) return Number(seconds) * 1000;
  throw wrong('page', `is ${shown(text)}, which is no \`next_page\` of an answer.`);
}

function groupsIn(given: Given, { groups }: OrganisationFields): readonly string[] {
  const wanted = given.get('group_by') ?? [];
  const stray = wanted.find((name) => !groups.includes(name));
  if (stray === undefined) return groups.filter((name) => wanted.includes(name));
  throw wrong('group_by', `has ${shown(stray)}, which is not kept apart here; there are ${groups.join(', ')}.`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

function wrong(name: string, rule: string): Failure {
  return new Failure('request-invalid', `${name} ${rule}`, { param: name });
}
