import type { Cancel, Clock, Log } from '../core/ports.ts';
import type { KeptLists } from './kept-lists.ts';
import type { FollowedProvider, ListReport, ModelList, Told } from './model-lists.ts';
import { askForModels } from './model-question.ts';

/** One provider whose list is asked for again and again. */
export interface FollowedList extends FollowedProvider {
  /** Undefined if there never was one, or if the provider was discovered and is not there. */
  readonly current: ModelList | undefined;
  /** Asks now, or later if what is known is fresh. */
  begin(): void;
  /** Asks now; resolves when it has answered or failed. */
  ask(): Promise<void>;
  report(): ListReport;
  stop(): void;
}

export interface FollowTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly kept: KeptLists;
  readonly tell: Told;
}

const hour = 3_600_000;
/** How long until the next question: of those elsewhere a few hours, of those here what one notices. */
const pauses = {
  elsewhere: { listed: 6 * hour, failed: 300_000, patience: 20_000 },
  here: { listed: 30_000, failed: 15_000, patience: 1_000 },
} as const;

/** Goes on from what was known of the same provider before, if it was followed already. */
export function followList(followed: FollowedProvider, tools: FollowTools, before?: FollowedList): FollowedList {
  const { provider, discovered } = followed;
  const { clock, tell } = tools;
  const { listed, failed, patience } = pauses[discovered ? 'here' : 'elsewhere'];
  let list = before?.current ?? (discovered ? undefined : tools.kept.of(provider));
  let problem = before?.report().problem;
  let asking: Promise<void> | undefined;
  let cancel: Cancel = () => undefined;
  let isStopped = false;

  const askOnce = async (): Promise<void> => {
    cancel();
    const answer = await askForModels(provider, { clock, patienceMs: patience });
    asking = undefined;
    if (isStopped) return;
    const isListed = 'models' in answer;
    // Of whoever need not have a list, none is no trouble.
    const isLacking = !isListed && answer.isLacking && provider.kind.models?.perhaps === true;
    cancel = clock.after(isListed || isLacking ? listed : failed, () => void ask());
    const next = isListed ? { at: clock.now(), models: answer.models } : undefined;
    const trouble = isListed || isLacking ? undefined : answer.problem;
    logTurn(followed, { list, next, problem, trouble }, tools.log);
    problem = trouble;
    if (next !== undefined && !discovered) tools.kept.keep(provider, next);
    // The last list of a vendor that cannot be asked is still the best there is; a program that is gone serves nothing.
    const now = next ?? (discovered ? undefined : list);
    const isSame = isSameList(list, now);
    list = now;
    tell(isSame ? 'same' : 'changed');
  };
  const ask = (): Promise<void> => {
    asking ??= askOnce();
    return asking;
  };
  return {
    provider,
    discovered,
    get current() {
      return list;
    },
    ask,
    begin() {
      const wait = list === undefined || discovered ? 0 : listed - (clock.now() - list.at);
      // A list from the future was read under another clock.
      if (wait > 0 && wait <= listed) cancel = clock.after(wait, () => void ask());
      else void ask();
    },
    report: () => ({
      provider: provider.name,
      ...(list === undefined ? {} : { list: { at: list.at, models: list.models.length } }),
      ...(problem === undefined ? {} : { problem }),
    }),
    stop() {
      isStopped = true;
      cancel();
    },
  };
}

interface Turn {
  readonly list: ModelList | undefined;
  readonly next: ModelList | undefined;
  /** Before, and now. */
  readonly problem: string | undefined;
  readonly trouble: string | undefined;
}

/** A line when something begins or ends, none while it goes on. */
function logTurn({ provider, discovered }: FollowedProvider, { list, next, problem, trouble }: Turn, log: Log): void {
  const { name, baseUrl: address } = provider;
  const fields = { provider: name, address };
  if (discovered) {
    if (list === undefined && next !== undefined)
      log.info(`${name} was found on this machine`, { ...fields, count: next.models.length });
    if (list !== undefined && next === undefined) log.info(`${name} is no longer there`, fields);
    return;
  }
  if (trouble === undefined && problem !== undefined) log.info('the list of models can be read again', fields);
  if (trouble !== undefined && problem === undefined)
    log.warn(`the list of models could not be read: ${trouble}`, fields);
}

function isSameList(one: ModelList | undefined, other: ModelList | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.models.length === other.models.length && JSON.stringify(one.models) === JSON.stringify(other.models);
}
