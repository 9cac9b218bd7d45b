import type { ChatEvent } from '../../core/chat.ts';
import type { Sight, StreamChunk } from '../../core/reply.ts';
import type { Usage } from '../../core/usage.ts';
import { summedSight } from './summed-sight.ts';

type Chunk = StreamChunk<'chat'>;
type Source = AsyncIterator<Chunk, undefined>;

/** The chunks of several streams as those of one, each stream being one choice. */
export interface MergedChunks extends AsyncIterator<Chunk, undefined> {
  next(): Promise<IteratorResult<Chunk, undefined>>;
  observe(watch: (chunk: Chunk) => void): void;
}

/**
 * Gives chunks as they come, whichever stream they come from. The head of the first stream is the head of all; usage and end
 * are told once, when all have ended.
 */
export function mergedChunks(sources: readonly Source[]): MergedChunks {
  const branches = sources.map((source, choice): Branch => ({ source, choice, ended: false }));
  const waiting = new Map<Branch, Promise<Arrival>>();
  const watchers: ((chunk: Chunk) => void)[] = [];
  const told = (chunk: Chunk): IteratorResult<Chunk, undefined> => {
    for (const watch of watchers) watch(chunk);
    return { done: false, value: chunk };
  };
  return {
    observe: (watch) => void watchers.push(watch),
    async next() {
      for (;;) {
        const running = branches.filter(({ ended }) => !ended);
        if (running.length === 0) return { done: true, value: undefined };
        for (const branch of running) if (!waiting.has(branch)) waiting.set(branch, arrival(branch));
        const { branch, chunk } = await Promise.race(waiting.values());
        waiting.delete(branch);
        const merged = take(branches, branch, chunk);
        if (merged !== undefined) return told(merged);
      }
    },
  };
}

interface Branch {
  readonly source: Source;
  readonly choice: number;
  ended: boolean;
  /** The last it said of all that it consumed: some tell the input when they begin, and then no more. */
  usage?: Usage;
  servedTier?: string;
  usageInvalid?: true;
}

interface Arrival {
  readonly branch: Branch;
  readonly chunk: Chunk | undefined;
}

async function arrival(branch: Branch): Promise<Arrival> {
  const { value } = await branch.source.next();
  return { branch, chunk: value };
}

/** What the caller is told of a chunk; undefined if that is nothing. */
function take(branches: readonly Branch[], branch: Branch, chunk: Chunk | undefined): Chunk | undefined {
  const said = (chunk?.events ?? []).flatMap((event) => ofChoice(event, branch.choice));
  branch.ended = chunk === undefined || chunk.sight.terminal || chunk.sight.failure !== undefined;
  const usage = chunk?.sight.usage;
  if (usage?.tokens.output !== undefined) branch.usage = usage;
  if (chunk?.sight.servedTier !== undefined) branch.servedTier = chunk.sight.servedTier;
  if (chunk?.sight.usageInvalid === true) branch.usageInvalid = true;
  const over = branches.every(({ ended }) => ended);
  const sight = sightOf(branches, chunk?.sight, over);
  const events: readonly ChatEvent[] = over ? [...said, ...ending(sight)] : said;
  return events.length === 0 && chunk?.sight.failure === undefined ? undefined : { events, sight };
}

function ofChoice(event: ChatEvent, choice: number): readonly ChatEvent[] {
  switch (event.type) {
    case 'usage':
    case 'response-end':
      return [];
    case 'response-start':
    case 'response-change':
      return choice === 0 ? [withoutMore(event)] : [];
    default:
      return 'choice' in event && event.choice !== undefined
        ? [withoutMore({ ...event, choice })]
        : [withoutMore(event)];
  }
}

/** Events of several frames stand in no frame together. */
function withoutMore(event: ChatEvent): ChatEvent {
  const { more: _, ...alone } = event;
  return alone;
}

function ending({ usage }: Sight): readonly ChatEvent[] {
  return [
    ...(usage === undefined ? [] : [{ type: 'usage', usage: { counted: usage } } as const]),
    { type: 'response-end' },
  ];
}

function sightOf(branches: readonly Branch[], seen: Sight | undefined, over: boolean): Sight {
  const { usage, usageInvalid, servedTier } = summedSight(
    branches.map((branch) => ({
      terminal: true,
      producedBytes: 0,
      producedFrames: 0,
      ...(branch.usage !== undefined && { usage: branch.usage }),
      ...(branch.servedTier !== undefined && { servedTier: branch.servedTier }),
      ...(branch.usageInvalid === true && { usageInvalid: true }),
    })),
  );
  return {
    terminal: over && seen?.failure === undefined,
    producedBytes: seen?.producedBytes ?? 0,
    producedFrames: seen?.producedFrames ?? 0,
    ...(usage !== undefined && { usage }),
    ...(servedTier !== undefined && { servedTier }),
    ...(usageInvalid === true && { usageInvalid }),
    ...(seen?.failure !== undefined && { failure: seen.failure }),
  };
}
