import type { Entry } from './ledger.ts';
import type { Running } from './process.ts';

/** What stands between the load and the upstream, in the order of the table's columns. */
export const targetNames = ['direct', 'nginx', 'bare', 'trestle'] as const;
export type TargetName = (typeof targetNames)[number];

/** What is asked of the upstream; each has a path prefix there. */
export type Kind = 'whole' | 'big' | 'stream-unpaced' | 'stream-paced' | 'translated' | 'stream-translated';
export const kinds: readonly Kind[] = [
  'whole',
  'big',
  'stream-unpaced',
  'stream-paced',
  'translated',
  'stream-translated',
];

/** Of these, a gateway that translates is asked in Anthropic's dialect; all others forward what the upstream speaks. */
export const translatedKinds: ReadonlySet<Kind> = new Set(['translated', 'stream-translated']);

/** One of them, started. */
export interface Target {
  readonly name: TargetName;
  readonly port: number;
  /** Its processes; absent where nothing stands between. */
  readonly running?: Running;
  /** The path at its door that leads to the upstream's answer of this kind. */
  path(kind: Kind): string;
  /** The model name that the caller has to send for it. */
  model(kind: Kind): string;
  /** It is asked in Anthropic's dialect for the kinds that are translated. */
  readonly translates?: true;
  /** The caller's credential. */
  readonly key: string;
  /** What its own ledger says, by kind; absent where it keeps none. */
  ledger?(): Promise<ReadonlyMap<string, Entry>>;
  /** Asks its management, as its administrator; absent where there is none. */
  ask?(path: string): Promise<Response>;
}

/** Starts one; `folder` is empty and its own. */
export type Launch = (place: { readonly folder: string; readonly upstreamPort: number }) => Promise<Target>;

/** A gateway that forwards paths unchanged: the kind stands in the path, the model is the upstream's own. */
export function plainTarget(name: TargetName, port: number, running?: Running): Target {
  return {
    name,
    port,
    ...(running === undefined ? {} : { running }),
    path: (kind) => `/${kind}/v1/chat/completions`,
    model: () => 'm',
    key: 'bench-plain',
  };
}
