import { z } from 'zod';

/* What the schema of the file is made of. Each piece says in `wanted` or `error` what is expected in its place. */

export function text(wanted: string, accepts: (value: string) => boolean = (value) => value !== '') {
  return z.string({ error: wanted }).refine(accepts, { error: wanted });
}

export function wholeNumber(of: string, { from, to }: { readonly from: number; readonly to: number }) {
  const error = `a whole number of ${of} from ${from} to ${to}`;
  const inRange = z.int({ error }).min(from, { error }).max(to, { error });
  const digits = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(inRange);
  return z.union([inRange, digits], { error });
}

/** In USD, exact: `0.15` or `"0.15"`. */
export function usd(of: string, read: (amount: string | number) => bigint) {
  const error = `a price in USD ${of}, from 0 to 10000`;
  return z.union([z.number(), z.string()], { error }).transform((amount, context) => {
    try {
      const price = read(amount);
      if (price >= 0n && price <= read(10_000)) return price;
    } catch {}
    context.issues.push({ code: 'custom', message: error, input: amount });
    return z.NEVER;
  });
}

export function section<Shape extends z.ZodRawShape>(what: string, shape: Shape) {
  return z.strictObject(shape, { error: `a map with ${what}` });
}
