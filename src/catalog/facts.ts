import { factNames, type KnownModel, type ModelFacts, type SourcedFacts } from '../core/model-facts.ts';

/** What is known of a model by somebody. */
export interface Testimony {
  /** As it is named in what is shown: `configuration`, `provider`, … */
  readonly source: string;
  readonly facts: ModelFacts | KnownModel | undefined;
}

/** Puts together what several say of a model; of two that speak of the same thing the first counts. Undefined if nobody says anything. */
export function agreedFacts(testimonies: readonly Testimony[]): SourcedFacts | undefined {
  const facts: Partial<Record<keyof ModelFacts, number | boolean>> = {};
  const sources: Partial<Record<keyof ModelFacts, string>> = {};
  for (const name of factNames) {
    const first = testimonies.find(({ facts: said }) => said?.[name] !== undefined);
    if (first === undefined) continue;
    facts[name] = first.facts?.[name] ?? false;
    sources[name] = first.source;
  }
  return Object.keys(sources).length === 0 ? undefined : ({ ...facts, sources } as SourcedFacts);
}
