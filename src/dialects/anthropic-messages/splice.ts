import type { RequestCodec } from '../dialect.ts';
import { splicer } from '../splicing.ts';
import { withVersion } from './headers.ts';
import { scanned } from './scanned.ts';

type Splice = RequestCodec<never>['splice'];

const edit = splicer({ scanned, limits: ['max_tokens'] });
const countEdit = splicer({ scanned, limits: [] });

/** The permitted changes to a request, made in its bytes. Usage comes in every stream, so there is nothing to ask for. */
export const splice: Splice = (wire, splices, lost) => withVersion(edit(wire, splices, lost));

/** The same for the question how many tokens a request has, which limits nothing. */
export const countSplice: Splice = (wire, splices, lost) => withVersion(countEdit(wire, splices, lost));
