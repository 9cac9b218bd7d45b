import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { scaledUsd } from '../core/money.ts';
import { Mistake } from './flags.ts';
import { anthropicResult, type InvoiceClass, openaiResults, type ResultKind, restated } from './invoice-classes.ts';
import { at } from './table.ts';

export type InvoiceVendor = 'openai' | 'anthropic';

/** One number of a vendor's report. */
export interface InvoiceLine {
  /** The UTC day of its bucket: `2026-11-21`. */
  readonly day: string;
  /** As the vendor names it; absent where the report does not say. */
  readonly model?: string;
  /** The vendor's word for what it is: `input_tokens`, or the line item of an amount. */
  readonly item: string;
  /** Tokens, images, seconds; of money, nano-USD. */
  readonly amount: bigint;
  readonly of: 'usage' | 'money';
  /** Which usage of ours it is about. */
  readonly operation?: string;
  /** Absent where we count nothing of the kind. */
  readonly counted?: InvoiceClass;
}

/** A vendor's report, whichever it is. */
export interface Invoice {
  readonly vendor: InvoiceVendor;
  readonly lines: readonly InvoiceLine[];
  /** Every day that the report covers, in order. */
  readonly days: readonly string[];
}

/**
 * Reads a report: an answer of OpenAI's `/v1/organization/usage/…` or `/costs`, or of Anthropic's `usage_report/messages` or
 * `cost_report`. Several pages may stand in a list or below each other. Throws a `Mistake` for what is none.
 */
export function invoiceIn(name: string, text: string): Invoice {
  const buckets = pagesIn(name, text).flatMap((page) => bucketsIn(name, page));
  const [first] = buckets;
  if (first === undefined)
    throw new Mistake(`${name} has no bucket in it; ask the vendor for the time of the invoice.`);
  const stranger = buckets.find(({ vendor }) => vendor !== first.vendor);
  if (stranger !== undefined) throw new Mistake(`${name} has reports of two vendors in it; compare them one by one.`);
  return {
    vendor: first.vendor,
    days: [...new Set(buckets.map(({ day }) => day))].toSorted(),
    lines: buckets.flatMap(({ vendor, day, results }) => results.flatMap((result) => linesIn(vendor, day, result))),
  };
}

function pagesIn(name: string, text: string): readonly JsonObject[] {
  const whole = parsed(text) ?? text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [parsed(line)]));
  const pages = Array.isArray(whole) ? whole : [whole];
  const objects = pages.filter((page) => isJsonObject(page));
  if (objects.length > 0 && objects.length === pages.length) return objects;
  throw new Mistake(`${name} is no JSON of a report; save the vendor's answer as it is.`);
}

/** Numbers that a number of JavaScript cannot hold keep their digits. */
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Bucket {
  readonly vendor: InvoiceVendor;
  readonly day: string;
  readonly results: readonly JsonObject[];
}

const dayMs = 86_400_000;

function bucketsIn(name: string, { data }: JsonObject): readonly Bucket[] {
  if (!Array.isArray(data))
    throw new Mistake(`${name} has no list \`data\` of buckets; save the vendor's answer as it is.`);
  return data.map((bucket) => {
    const found = isJsonObject(bucket) ? bucketIn(bucket) : undefined;
    if (found !== undefined) return found;
    throw new Mistake(`${name} has a bucket without its times and results, or one longer than a day; ask for days.`);
  });
}

function bucketIn(bucket: JsonObject): Bucket | undefined {
  const { results, start_time: start, end_time: end, starting_at: starting, ending_at: ending } = bucket;
  if (!Array.isArray(results)) return undefined;
  const isOpenai = typeof start === 'number' && typeof end === 'number';
  const from = isOpenai ? start * 1000 : Date.parse(String(starting));
  const to = isOpenai ? end * 1000 : Date.parse(String(ending));
  if (!(to > from && to - from <= dayMs)) return undefined;
  const day = new Date(from).toISOString().slice(0, 10);
  return { vendor: isOpenai ? 'openai' : 'anthropic', day, results: results.filter(isJsonObject) };
}

function linesIn(vendor: InvoiceVendor, day: string, result: JsonObject): readonly InvoiceLine[] {
  if ('amount' in result) return [vendor === 'openai' ? openaiCost(day, result) : anthropicCost(day, result)];
  const kind = vendor === 'anthropic' ? anthropicResult : openaiResults[String(result['object'])];
  const model = textIn(result, 'model');
  const head = { day, of: 'usage', ...(model === undefined ? {} : { model }) } as const;
  return [...knownLines(head, result, kind), ...strangeLines(head, result, kind)];
}

type Head = Pick<InvoiceLine, 'day' | 'of' | 'model'>;

function knownLines(head: Head, result: JsonObject, kind: ResultKind | undefined): readonly InvoiceLine[] {
  return (kind?.classes ?? []).flatMap((counted) => {
    const count = at(result, counted.path);
    if (typeof count !== 'number') return [];
    const operation = kind?.operation === undefined ? {} : { operation: kind.operation };
    return [{ ...head, item: counted.path, amount: BigInt(Math.ceil(count)), counted, ...operation }];
  });
}

/** Numbers that we count nothing of: web searches, images in the input, whatever comes next. */
function strangeLines(head: Head, result: JsonObject, kind: ResultKind | undefined): readonly InvoiceLine[] {
  const known = new Set(kind?.classes.map(({ path }) => path));
  return numbersIn(result)
    .filter(([path, count]) => count !== 0 && !known.has(path) && !restated.has(path))
    .map(([path, count]) => ({ ...head, item: path, amount: BigInt(Math.ceil(count)) }));
}

function numbersIn(result: JsonObject, before = ''): readonly (readonly [string, number])[] {
  return Object.entries(result).flatMap(([name, value]): readonly (readonly [string, number])[] => {
    if (typeof value === 'number') return [[`${before}${name}`, value]];
    return isJsonObject(value) ? numbersIn(value, `${before}${name}.`) : [];
  });
}

/** `gpt-5-mini-2025-08-07, input`: a model and what of it. https://developers.openai.com/api/docs/api-reference/usage */
function openaiCost(day: string, result: JsonObject): InvoiceLine {
  const item = textIn(result, 'line_item');
  const amount = nanoUsd(at(result, 'amount.value'), 12);
  const model = /^(.+), [^,]+$/.exec(item ?? '')?.[1];
  return { ...{ day, of: 'money', amount, item: item ?? 'amount' }, ...(model === undefined ? {} : { model }) };
}

/** In hundredths of a dollar, as a decimal text. https://platform.claude.com/docs/en/api/admin/cost_report */
function anthropicCost(day: string, result: JsonObject): InvoiceLine {
  const amount = nanoUsd(result['amount'], 10);
  const model = textIn(result, 'model');
  const item = textIn(result, 'description') ?? textIn(result, 'cost_type') ?? 'amount';
  return { ...{ day, of: 'money', amount, item }, ...(model === undefined ? {} : { model }) };
}

/** An amount with more digits than we keep is rounded to the nearest. `digits` are those of which there are 10^12 in a dollar. */
function nanoUsd(value: Json | undefined, digits: number): bigint {
  if (typeof value !== 'number' && typeof value !== 'string') throw new Mistake('a cost in the report has no amount.');
  const text = typeof value === 'number' ? value : value.trim().replace(new RegExp(`(\\.\\d{${digits}})\\d+$`), '$1');
  try {
    const pico = scaledUsd(text, digits);
    return pico < 0n ? -((-pico + 500n) / 1000n) : (pico + 500n) / 1000n;
  } catch {
    throw new Mistake(`a cost in the report is ${JSON.stringify(value)}, which is no amount.`);
  }
}

function textIn(result: JsonObject, name: string): string | undefined {
  const value = result[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
