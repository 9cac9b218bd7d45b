import type { Call, Handler, Policy } from '../core/call.ts';

/** A chain of policies under construction: `Now` is what a call carries at this point. */
export interface Pipeline<Start, Now> {
  /** Adds the next policy inward. Does not compile where what the policy needs is not there yet. */
  through<Needs, Adds>(policy: Policy<Needs, Adds> & Provided<Now, Needs>): Pipeline<Start, Now & Adds>;
  /** Closes the chain with the innermost step. */
  to(innermost: Handler<Now>): Handler<Start>;
}

/** The compiler's own comparison of generic policies ignores their bounds, so the bound is asked for by name. */
type Provided<Now, Needs> = Now extends Needs ? unknown : { readonly missing: Exclude<keyof Needs, keyof Now> };

/** Begins a chain for calls as a door makes them. */
export function pipeline<Start = Call>(): Pipeline<Start, Start> {
  return chain<Start, Start>((innermost) => innermost);
}

function chain<Start, Now>(wrap: (inner: Handler<Now>) => Handler<Start>): Pipeline<Start, Now> {
  return {
    through: <Needs, Adds>(policy: Policy<Needs, Adds> & Provided<Now, Needs>) =>
      chain<Start, Now & Adds>((inner) => wrap(policy<Now & Needs>(inner) as Handler<Now>)),
    to: (innermost) => wrap(innermost),
  };
}
