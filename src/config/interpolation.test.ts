import { expect, test } from 'bun:test';
import { interpolated } from './interpolation.ts';
import { problemsIn } from './problems.ts';

test('variables are put in wherever a text stands, and only where it is written so', () => {
  const problems = problemsIn(() => 'file');
  const value = { a: [`\${A}-\${B}`, 7, true, null], b: { c: `$\${A} $A {A}` } };
  const environment = { A: 'one', B: `\${A}` };
  expect(interpolated(value, [], { environment, problems })).toEqual({
    a: [`one-\${A}`, 7, true, null],
    b: { c: `\${A} $A {A}` },
  });
  expect(problems.all).toEqual([]);
});

test('names that every object has are no variables', () => {
  const problems = problemsIn(() => 'file');
  expect(interpolated(`\${constructor}`, ['x'], { environment: {}, problems })).toBeUndefined();
  expect(problems.all.map(({ key }) => key)).toEqual(['x']);
});
