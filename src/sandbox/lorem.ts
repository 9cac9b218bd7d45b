import { type Draw, pick } from './chance.ts';

const words =
  `lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna
aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute
irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur excepteur sint occaecat cupidatat non
proident sunt culpa qui officia deserunt mollit anim id est laborum`.split(/\s+/);

/** A word without capital or stop. */
export function word(draw: Draw): string {
  return pick(words, draw) ?? 'lorem';
}

/** Sentences of `count` words, each of which is one token. */
export function prose(count: number, draw: Draw): string {
  const written: string[] = [];
  let left = 0;
  for (let index = 0; index < count; index += 1) {
    const begins = left === 0;
    if (begins) left = 5 + Math.floor(draw() * 9);
    left -= 1;
    const plain = word(draw);
    const spelled = begins ? plain.charAt(0).toUpperCase() + plain.slice(1) : plain;
    written.push(left === 0 || index === count - 1 ? `${spelled}.` : spelled);
  }
  return written.join(' ');
}
