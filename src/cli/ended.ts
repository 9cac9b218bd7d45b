import { Failure } from '../core/failure.ts';
import { Mistake } from './flags.ts';
import type { CommandTools, ExitCode } from './tools.ts';

/** Tells the person at the keyboard what went wrong. Whatever is nobody's failure is our bug, and thrown on. */
export async function ended(
  { complain }: Pick<CommandTools, 'complain'>,
  act: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await act();
  } catch (thrown) {
    if (!(thrown instanceof Mistake) && !(thrown instanceof Failure)) throw thrown;
    complain(`trestle: ${thrown.message}`);
    return thrown instanceof Mistake || thrown.traits.fault === 'caller' ? 2 : 1;
  }
}
