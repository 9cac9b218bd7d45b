import type { z } from 'zod';
import type { Role } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Context } from './context.ts';
import { readInput } from './input.ts';
import type { Procedure } from './procedure.ts';
import { reachOf } from './reach.ts';

/** Runs a procedure for whoever asks: right first, then the input, then the work. Throws a `Failure`. */
export async function perform(asked: Procedure, context: Context, given: unknown): Promise<z.input<z.ZodObject>> {
  await permit(asked, context);
  return await asked.run(context, readInput(asked, given));
}

/** Throws `permission-denied` unless the principal's role and reach are enough. A door asks before it reads a body. */
export async function permit(
  { name, role, scope }: Pick<Procedure, 'name' | 'role' | 'scope'>,
  context: Parameters<typeof reachOf>[0],
): Promise<void> {
  const { principal } = context;
  if (ranks[principal.role] < ranks[role]) {
    throw new Failure(
      'permission-denied',
      `${name} needs a key with the role ${role}; this one has the role ${principal.role}.`,
    );
  }
  if (scope === undefined || (await reachOf(context)).house) return;
  throw new Failure(
    'permission-denied',
    `${name} concerns every organisation of this Trestle; it needs an admin key of the oldest one.`,
  );
}

const ranks: { readonly [name in Role]: number } = { client: 0, admin: 1 };
