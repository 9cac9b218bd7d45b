import type { KnownModel } from '../core/model-facts.ts';
import type { Clock, Kept, Log } from '../core/ports.ts';
import type { ConfiguredProvider } from '../providers/provider.ts';
import { type FollowedList, followList } from './followed-list.ts';
import { keptLists } from './kept-lists.ts';

/** What providers say they serve, asked again and again, and remembered across restarts. */
export interface ModelLists {
  /** What a provider listed last, however long ago; undefined if it never did, or was found by itself and is not there. */
  of(provider: string): ModelList | undefined;
  /** Asks these from now on, and nobody else. `told` hears of every answer. */
  follow(providers: readonly FollowedProvider[], told: Told): void;
  /** Asks all of them now; resolves when each has answered or failed. */
  refresh(): Promise<void>;
  report(): readonly ListReport[];
  /** Asks nobody any more. */
  stop(): void;
}

/** Whether what is listed is still what it was. */
export type Told = (what: 'changed' | 'same') => void;

export interface ModelList {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly models: readonly KnownModel[];
}

export interface FollowedProvider {
  readonly provider: ConfiguredProvider;
  /** Nobody configured it: it may be there or not, at its usual address on this machine. */
  readonly discovered: boolean;
}

/** How things stand with one provider's list. */
export interface ListReport {
  readonly provider: string;
  /** Absent if there is none. */
  readonly list?: { readonly at: number; readonly models: number };
  /** Why it could not be read when it was last asked for. */
  readonly problem?: string;
}

export interface ModelListTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly kept: Kept;
}

export function modelLists({ clock, log, kept }: ModelListTools): ModelLists {
  const keeping = keptLists(kept, log);
  let followed: ReadonlyMap<string, FollowedList> = new Map();
  const halt = (): void => {
    for (const one of followed.values()) one.stop();
  };
  return {
    of: (name) => followed.get(name)?.current,
    follow(providers, tell) {
      halt();
      const before = followed;
      const tools = { clock, log, kept: keeping, tell };
      followed = new Map(
        providers.map((one) => [one.provider.name, followList(one, tools, sameAs(one, before.get(one.provider.name)))]),
      );
      for (const one of followed.values()) one.begin();
    },
    refresh: async () => void (await Promise.all([...followed.values()].map((one) => one.ask()))),
    report: () => [...followed.values()].map((one) => one.report()),
    stop() {
      halt();
      followed = new Map();
    },
  };
}

/** What was followed before under this name, if it was the same provider. */
function sameAs(
  { provider, discovered }: FollowedProvider,
  before: FollowedList | undefined,
): FollowedList | undefined {
  const { baseUrl, kind } = before?.provider ?? {};
  const isSame = baseUrl === provider.baseUrl && kind?.name === provider.kind.name && before?.discovered === discovered;
  return isSame ? before : undefined;
}
