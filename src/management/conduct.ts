import { Failure } from '../core/failure.ts';
import { unhurriedJson } from '../core/unhurried.ts';
import type { Context } from './context.ts';
import type { AskedOnce } from './desk.ts';
import type { GivenAnswer } from './given-answers.ts';
import { perform } from './perform.ts';
import type { Procedure } from './procedure.ts';

/** What a caller may demand of the way in which a procedure is done, as HTTP's headers say it. */
export interface Manners {
  /** Change it only if it is still what this `etag` was given for. */
  readonly ifMatch?: string;
  /** Do it once, however often this is asked. */
  readonly idempotencyKey?: string;
}

export interface Conducted {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** Of a single resource, as it now stands. */
  readonly etag?: string;
  /** The answer was given before. */
  readonly replayed?: true;
}

/** A procedure asked for, with the list that it is from. */
export interface Asking {
  readonly asked: Procedure;
  readonly procedures: readonly Procedure[];
  readonly manners: Manners;
}

/** Performs a procedure with a door's manners. Changes are made one at a time: what a condition was true of is what is changed. */
export async function conduct(asking: Asking, context: Context, given: Given): Promise<Conducted> {
  const { asked, procedures, manners } = asking;
  if (asked.method === 'GET' || asked.changes === 'nothing') {
    const body = await unhurriedJson(context.clock, await perform(asked, context, given));
    return { status: asked.status, body, ...(isResource(asked) ? { etag: etagOf(asked, context, body) } : {}) };
  }
  const change = async (): Promise<GivenAnswer> => {
    const reader = procedures.find((one) => one.path === asked.path && isResource(one));
    await refuseChanged(manners.ifMatch, () => currentEtag(reader, context, given));
    const body = JSON.stringify(await perform(asked, context, given));
    const etag = asked.method === 'PATCH' ? await currentEtag(reader, context, given) : undefined;
    return { status: asked.status, body, ...(etag === undefined ? {} : { etag }) };
  };
  const { desk } = context;
  const { idempotencyKey: key } = manners;
  return await (key === undefined
    ? desk.inTurn(change)
    : desk.once(askedOnce(asking, context, { key, given }), change));
}

type Given = { readonly [field: string]: unknown };

/** It answers one thing by its name, which a PATCH or DELETE on the same path changes. */
function isResource({ method, path }: Procedure): boolean {
  return method === 'GET' && path.endsWith('}');
}

/** Of what operators change: what changes by itself must not come between one who reads and then writes. */
function etagOf({ volatile = [] }: Procedure, { digest }: Pick<Context, 'digest'>, body: string): string {
  const lasting =
    volatile.length === 0
      ? body
      : JSON.stringify(JSON.parse(body), (name, value) => (volatile.includes(name) ? undefined : value));
  return `"${digest.mac(`etag ${lasting}`).slice(0, 32)}"`;
}

/** Undefined if there is nothing that could be read. */
async function currentEtag(reader: Procedure | undefined, context: Context, given: Given): Promise<string | undefined> {
  if (reader === undefined) return undefined;
  const fields = Object.keys(reader.input.shape);
  const name = Object.fromEntries(Object.entries(given).filter(([field]) => fields.includes(field)));
  return etagOf(reader, context, JSON.stringify(await perform(reader, context, name)));
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-if-match */
async function refuseChanged(ifMatch: string | undefined, current: () => Promise<string | undefined>): Promise<void> {
  if (ifMatch === undefined) return;
  const etag = await current();
  if (etag !== undefined && (ifMatch.trim() === '*' || ifMatch.split(',').some((one) => one.trim() === etag))) return;
  throw new Failure(
    'precondition-failed',
    'if-match does not name what is there now: somebody changed it since it was read. GET it again, and make the change to that.',
    { param: 'if-match' },
  );
}

const keyText = /^[\x21-\x7e]{1,255}$/;

function askedOnce(
  { asked }: Asking,
  { digest, principal }: Pick<Context, 'digest' | 'principal'>,
  { key, given }: { readonly key: string; readonly given: Given },
): AskedOnce {
  if (!keyText.test(key)) {
    throw new Failure('request-invalid', 'idempotency-key must be 1 to 255 printable characters without spaces.', {
      param: 'idempotency-key',
    });
  }
  return {
    organisationId: principal.organisationId,
    actor: principal.keyId,
    idempotencyKey: key,
    digest: digest.mac(JSON.stringify([asked.name, inOrder(given)])),
  };
}

/** With the members of every object in one order, so that the same asked in another order is the same. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member)]));
}
