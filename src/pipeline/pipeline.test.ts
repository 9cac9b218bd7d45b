import { expect, test } from 'bun:test';
import type { Handler, Policy } from '../core/call.ts';
import type { Reply } from '../core/reply.ts';
import { pipeline } from './pipeline.ts';

interface Start {
  readonly trail: string[];
}
interface Named {
  readonly name: string;
}
interface Greeted {
  readonly greeting: string;
}

const reply: Reply = {
  kind: 'whole',
  origin: { provider: 'p', model: 'm', attempts: 1, lost: [], emulated: [], headers: {} },
  payload: { value: { id: '', model: '', choices: [] } as never },
  sight: { terminal: true, producedBytes: 0, producedFrames: 0 },
};

const name: Policy<Start, Named> = (next) => (call) => {
  call.trail.push('name');
  return next({ ...call, name: 'Ada' });
};
const greet: Policy<Start & Named, Greeted> = (next) => (call) => {
  call.trail.push('greet');
  return next({ ...call, greeting: `Hello, ${call.name}` });
};
const answer: Handler<Start & Greeted> = async (call) => {
  call.trail.push(call.greeting);
  return reply;
};

test('a call goes through the policies in the order in which they are written, each adding what those below may need', async () => {
  const trail: string[] = [];
  const handle = pipeline<Start>().through(name).through(greet).to(answer);
  expect(await handle({ trail })).toBe(reply);
  expect(trail).toEqual(['name', 'greet', 'Hello, Ada']);
});

test('a policy above what it needs does not compile', () => {
  const start = pipeline<Start>();
  // @ts-expect-error greet needs a name, which nobody has given yet
  start.through(greet).through(name);
  // @ts-expect-error the innermost step needs a greeting
  start.through(name).to(answer);
  expect(start.through(name).through(greet).to(answer)).toBeFunction();
});
