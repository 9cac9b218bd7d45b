import type { Recording } from '../recordings.ts';
import { recordedHeaders, recordedPieces } from '../upstream/recorded-answer.ts';
import { askedOf, type FakeUpstream, fakeUpstream } from './fake-upstream.ts';

/** A provider that answers as somebody's API once did: the case is named in place of the model. */
export function replayed(cases: readonly Recording[]): FakeUpstream {
  const byId = new Map(cases.map((one) => [one.id, one]));
  return fakeUpstream((request) => {
    const { model } = askedOf(request);
    const found = byId.get(String(model));
    if (found === undefined) throw new Error(`there is no case ${model}`);
    return { status: found.status, headers: recordedHeaders(found), pieces: recordedPieces(found) };
  });
}
