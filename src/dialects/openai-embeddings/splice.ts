import { splicer } from '../splicing.ts';
import { scanned } from './scanned.ts';

/** The permitted changes to a request, made in its bytes. There is no output to limit, and usage comes unasked. */
export const splice = splicer({ scanned, limits: [] });
