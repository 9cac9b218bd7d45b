import type { z } from 'zod';
import type { Principal, Role } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Context } from './context.ts';
import { readInput } from './input.ts';
import type { Procedure } from './procedure.ts';

/** Runs a procedure for whoever asks: right first, then the input, then the work. Throws a `Failure`. */
export async function perform(asked: Procedure, context: Context, given: unknown): Promise<z.input<z.ZodObject>> {
  permit(asked, context.principal);
  return await asked.run(context, readInput(asked, given));
}

/** Throws `permission-denied` unless the principal's role is enough. A door asks before it reads a body. */
export function permit({ name, role }: Pick<Procedure, 'name' | 'role'>, principal: Principal): void {
  if (ranks[principal.role] >= ranks[role]) return;
  throw new Failure(
    'permission-denied',
    `${name} needs a key with the role ${role}; this one has the role ${principal.role}.`,
  );
}

const ranks: { readonly [name in Role]: number } = { client: 0, admin: 1 };
