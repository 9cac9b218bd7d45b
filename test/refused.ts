import { Failure } from '../src/core/failure.ts';

/** How something is refused; undefined if it is not. Whatever else goes wrong is a mistake of ours, and is thrown on. */
export function refused(act: () => unknown): Failure | undefined {
  try {
    act();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
}
