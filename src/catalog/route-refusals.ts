import { Failure } from '../core/failure.ts';
import { didYouMean, type Nearest } from '../core/nearest.ts';
import type { PlanQuestion } from '../policies/route.ts';
import { type ModelAddress, type Names, type Resolved, spelled } from './names.ts';
import { permits } from './permission.ts';

/** What a refusal draws its suggestions from. */
export interface Refusing {
  readonly names: Names;
  readonly nearest: Nearest;
  /** Whether a model is known to be good for what is asked. */
  readonly serves: (address: ModelAddress, question: PlanQuestion) => boolean;
}

const param = 'model';
const mostShown = 5;

export function unnameable(model: string, longest: number): Failure {
  if (model.length === 0)
    return new Failure('request-invalid', 'The model has no name; write for example sandbox/echo.', { param });
  if (model.length > longest) {
    const sentence = `A model's name has at most ${longest} characters; this one, beginning with ${quoted(model)}, has ${model.length}.`;
    return new Failure('model-unknown', sentence, { param });
  }
  return new Failure(
    'request-invalid',
    `The model's name ${quoted(model)} has characters that cannot be printed; take them out.`,
    {
      param,
    },
  );
}

/** Names the nearest that this key may use; without any near, how models are addressed. */
export function unknown({ names, nearest }: Refusing, { model, allowed }: PlanQuestion): Failure {
  const near = nearest(model).filter((name) => permits(allowed, [name, ...fullNames(names, name)]));
  const remedy = near.length > 0 ? didYouMean(near) : howTo(names);
  return new Failure('model-unknown', `There is no model ${quoted(model)} here; ${remedy}`, { param });
}

export function severalMeanings(question: PlanQuestion, found: readonly Resolved[]): Failure {
  const { model, allowed } = question;
  const open = found.map(({ name }) => name).filter((name) => permits(allowed, [model, name]));
  if (open.length === 0) return forbidden(question);
  return new Failure('model-ambiguous', `${quoted(model)} is offered by several providers; ask for ${either(open)}.`, {
    param,
  });
}

export function forbidden({ model, allowed }: PlanQuestion): Failure {
  const open = allowed ?? [];
  const remedy = open.length === 0 ? 'it may use none' : `it may use ${either(open)}`;
  return new Failure('model-forbidden', `This key may not use the model ${quoted(model)}; ${remedy}.`, { param });
}

export function switchedOff({ model }: PlanQuestion, provider: string): Failure {
  const sentence = `${provider} is switched off for now, so ${quoted(model)} cannot be asked; choose another model, or ask the administrator of this Trestle.`;
  return new Failure('model-unknown', sentence, { param });
}

export function modelSwitchedOff({ model }: PlanQuestion, target: ModelAddress): Failure {
  const full = spelled(target);
  const which = model === full ? quoted(model) : `${quoted(model)} leads to ${quoted(full)}, which`;
  const sentence = `${which} is switched off here; choose another model, or ask the administrator of this Trestle.`;
  return new Failure('model-forbidden', sentence, { param });
}

/** One model of each provider that offers the operation is named. */
export function unsupported({ names, serves }: Refusing, question: PlanQuestion, provider: string): Failure {
  const { operation, model, allowed } = question;
  const others = [...names.providers.values()].filter(({ operations }) => operations.includes(operation));
  const examples = others.map(({ name }) =>
    names.listed.find((address) => address.provider === name && !names.isOff(address) && serves(address, question)),
  );
  const named = examples
    .flatMap((address) => (address === undefined ? [] : [spelled(address)]))
    .filter((name) => permits(allowed, [name]));
  const remedy = named.length > 0 ? `try ${either(named)}` : 'no other model here does';
  const sentence = `${provider} does not offer ${operation}, so ${quoted(model)} cannot be asked for it; ${remedy}.`;
  return new Failure('operation-unsupported', sentence, { param });
}

function howTo({ providers }: Names): string {
  const known = [...providers.keys()];
  if (known.length === 0) return 'no provider is configured.';
  return `write provider/model, where the provider is ${either(known)}.`;
}

function fullNames({ bare }: Names, name: string): readonly string[] {
  return (bare.get(name) ?? []).map(spelled);
}

function either(all: readonly string[]): string {
  const shown = all.slice(0, mostShown).map((name) => name.slice(0, 100));
  const more = all.length > shown.length ? ` or ${all.length - shown.length} more` : '';
  const last = more === '' && shown.length > 1 ? ` or ${shown.pop()}` : more;
  return shown.join(', ') + last;
}

/** A caller's own text, made harmless and short. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
