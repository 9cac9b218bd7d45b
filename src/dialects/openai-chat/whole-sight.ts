import { saidFailure } from '../error-answer.ts';
import { wholeSightOf } from '../whole-sight.ts';
import { producedBytes } from './produced.ts';
import { readUsage } from './usage.ts';

/** What a whole answer says it consumed, or the error that some vendors send with the status of a success. */
export const wholeSight = wholeSightOf({
  usage: readUsage,
  tier: (answer) => answer['service_tier'],
  failure: (answer) => (answer['choices'] === undefined ? saidFailure(answer) : undefined),
  produced: producedBytes,
});
