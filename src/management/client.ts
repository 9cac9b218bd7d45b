import type { z } from 'zod';
import { isJsonObject } from '../core/json.ts';
import type { procedures } from './index.ts';

/** Asks a server: the global `fetch`, or what stands in its place. */
export type Fetch = (request: Request) => Promise<Response>;

export interface ClientOptions {
  /** Of the management address, without a slash at its end. */
  readonly url: string;
  /** A key with the role admin. */
  readonly key: string;
  readonly fetch: Fetch;
}

/** How a call is to be done. */
export interface CallOptions {
  /** Change it only if it is still what this `etag` was told for. */
  readonly ifMatch?: string;
  /** Create it once, however often this is asked. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

type All = (typeof procedures)[number];

/** The procedures by name, each with its own input and answer. */
export type Client = {
  readonly [P in All as P['name']]: (input: z.input<P['input']>, options?: CallOptions) => Promise<Told<P>>;
};

/** An answer, with the `etag` of a single resource. */
export type Told<P extends All> = z.output<P['output']> & { readonly [etag]?: string };

/** Under which an answer keeps its `etag`, beside its own members. */
export const etag: unique symbol = Symbol('etag');

/** What the server refused, in its own words. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly kind: string | undefined;
  readonly param: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, { kind, message, param, request_id: requestId }: Partial<Refusal>) {
    super(message ?? `The server answered ${status} without an explanation.`);
    this.status = status;
    this.kind = kind;
    this.param = param ?? undefined;
    this.requestId = requestId;
  }
}

interface Refusal {
  readonly kind: string;
  readonly message: string;
  readonly param: string | null;
  readonly request_id: string;
}

/** Everything an operator can do, over the network: `client['keys.create']({ name: 'web' })`. */
export function managementClient(all: typeof procedures, options: ClientOptions): Client {
  const calls = all.map((procedure) => [
    procedure.name,
    async (input: Input, call: CallOptions = {}) => await ask(procedure, input, { options, call }),
  ]);
  return Object.freeze(Object.fromEntries(calls));
}

/** What a list asks page by page: `usage.list` and every other with `after` in its input. */
type AskList<Input, Item> = (input: Input, options?: CallOptions) => Promise<ListPage<Item>>;

interface ListPage<Item> {
  readonly data: readonly Item[];
  readonly next: string | null;
}

/** Every item of a list, page after page: `for await (const row of everyItem(client['usage.list'], { bucket: 'day' }))`. */
export async function* everyItem<Input extends { readonly after?: string | undefined }, Item>(
  list: AskList<Input, Item>,
  input: Input,
  options?: CallOptions,
): AsyncGenerator<Item, void> {
  let page = await list(input, options);
  yield* page.data;
  while (page.next !== null) {
    page = await list({ ...input, after: page.next }, options);
    yield* page.data;
  }
}

type Input = { readonly [field: string]: unknown };

interface Asking {
  readonly options: ClientOptions;
  readonly call: CallOptions;
}

async function ask(procedure: Pick<All, 'method' | 'path'>, input: Input, { options, call }: Asking): Promise<unknown> {
  const { method, path } = procedure;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])));
  const rest = Object.fromEntries(
    Object.entries(input).filter(([name, value]) => value !== undefined && !inPath.includes(name)),
  );
  const isBody = method === 'POST' || method === 'PATCH';
  const response = await options.fetch(
    new Request(`${options.url}${place}${isBody ? '' : queryOf(rest)}`, {
      method,
      headers: {
        authorization: `Bearer ${options.key}`,
        ...(isBody ? { 'content-type': 'application/json' } : {}),
        ...(call.ifMatch === undefined ? {} : { 'if-match': call.ifMatch }),
        ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
      },
      ...(isBody ? { body: JSON.stringify(rest) } : {}),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    }),
  );
  return await told(response);
}

async function told(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => ({}));
  const answer = isJsonObject(body) ? body : {};
  // What a server of ours says of a refusal; of anything else nothing is there.
  if (!response.ok) throw new Refused(response.status, (answer['error'] ?? {}) as Partial<Refusal>);
  const tag = response.headers.get('etag');
  return tag === null ? answer : { ...answer, [etag]: tag };
}

function queryOf(fields: Input): string {
  const texts = Object.entries(fields).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(',') : String(value),
  ]);
  return texts.length === 0 ? '' : `?${new URLSearchParams(texts)}`;
}
