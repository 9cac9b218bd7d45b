import type { ConfigSources } from '../../src/config/load.ts';
import { readingOf } from '../../src/config/reading.ts';
import type { Clock, Vault } from '../../src/core/ports.ts';
import { InForce, type InForceTools } from '../../src/in-force.ts';
import { providerKinds } from '../../src/providers/index.ts';
import type { Store } from '../../src/store/store.ts';

export interface FakeInForce {
  readonly store: Store;
  readonly clock: Clock;
  /** The text of `trestle.yaml`, as it is at each moment. */
  readonly text?: () => string;
  readonly kinds?: ConfigSources['kinds'];
  readonly apply?: InForceTools['apply'];
  readonly vault?: Vault;
}

/** The real configuration in force, over a file that is a text and an environment that is empty. */
export function fakeInForce({ store, clock, text, kinds, apply, vault }: FakeInForce): Promise<InForce> {
  const sources = (): ConfigSources => ({
    ...{ flags: {}, environment: {}, readFile: text ?? (() => undefined), kinds: kinds ?? providerKinds },
  });
  return InForce.open({
    sources,
    first: readingOf(sources()),
    store,
    clock,
    vault: vault ?? fakeVault(),
    apply: apply ?? (() => undefined),
  });
}

/** Closes up in memory what nobody who does not have this vault can read. */
export function fakeVault(): Vault {
  const sealed = new Map<string, { readonly text: string; readonly purpose: string }>();
  let key = 1;
  return {
    seal(text, purpose) {
      const name = `sealed.${key}.${sealed.size}`;
      sealed.set(name, { text, purpose });
      return name;
    },
    open(name, purpose) {
      const found = sealed.get(name);
      if (found === undefined || found.purpose !== purpose) throw new Error(`${name} was not sealed for ${purpose}`);
      return found.text;
    },
    isCurrent: (name) => name.startsWith(`sealed.${key}.`),
    async rotate() {
      key += 1;
    },
    async forgetOld() {
      for (const name of sealed.keys()) if (!name.startsWith(`sealed.${key}.`)) sealed.delete(name);
    },
  };
}
