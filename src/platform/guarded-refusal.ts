import { Failure } from '../core/failure.ts';

/** Why a URL is not fetched, in words that may be told to whoever named it. What only operators may know is the cause. */
export function refused(why: string, cause?: unknown): Failure {
  return new Failure('request-invalid', why, cause === undefined ? {} : { cause });
}

/** What is said of everything that has to do with a place that is not public, so that it cannot be mapped by asking. */
export const unsaid = 'nothing usable came from there';
export const notPublic = 'its host is at no public address that may be reached from here';
