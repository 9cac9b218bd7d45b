import type { Principal } from '../../core/call.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import type { Ids } from '../../core/ports.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import type { Ledger, RequestRecord } from '../../store/store.ts';
import { failureAnswer, requestIds } from './answer.ts';
import { credentialOf } from './credential.ts';
import type { PlainRoute } from './front.ts';

export interface OwnRequestTools {
  readonly identify: (credential: string | undefined) => Principal;
  readonly ledger: Pick<Ledger, 'request'>;
  /** A record as its own caller may see it. */
  readonly spell: (record: RequestRecord) => Promise<object>;
  /** In which failures are spelled. */
  readonly dialect: Dialect;
  readonly ids: Ids;
}

export const ownRequestPath = '/trestle/v1/requests';

const told = {
  method: 'GET',
  path: `${ownRequestPath}/{id}`,
  operation: 'requests',
  summary: 'Read the record of a call that was made with this very key: the id is the `x-request-id` of its answer.',
};

/**
 * `GET /trestle/v1/requests/{id}`: a call's record for the key that made it. One of another key is asked for in the same words as
 * one that does not exist, and answered in the same.
 */
export function ownRequestRoute({ identify, ledger, spell, dialect, ids }: OwnRequestTools): PlainRoute {
  return {
    method: 'GET',
    path: ownRequestPath,
    below: true,
    told: [told],
    async answer(request, rest) {
      const requestId = ids.make('req');
      try {
        const { keyId } = identify(credentialOf(request.headers, ['authorization', 'x-api-key']));
        const id = wantedId(rest);
        const story = await ledger.request(id, { keyId });
        if (story === undefined) throw unknownCall(id);
        const headers = { ...requestIds(dialect, requestId), 'cache-control': 'no-store' };
        return Response.json(await spell(story.record), { headers });
      } catch (thrown) {
        return failureAnswer(dialect, asFailure(thrown), requestId);
      }
    },
  };
}

const longestId = 200;

function wantedId(rest: string): string {
  const id = decoded(rest);
  if (id !== '' && id.length <= longestId) return id;
  throw new Failure(
    'request-invalid',
    `Name one call: GET ${ownRequestPath}/{id}, with the x-request-id of its answer.`,
    {
      param: 'id',
    },
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Failure('request-invalid', 'The path is not properly percent-encoded.', { param: 'id' });
  }
}

function unknownCall(id: string): Failure {
  return new Failure(
    'resource-unknown',
    `There is no record of a call ${JSON.stringify(id)} made with this key; a call is recorded when it ends.`,
    { param: 'id' },
  );
}
