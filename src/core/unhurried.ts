import { type Clock, sleep } from './ports.ts';

/** How long everybody else may be kept waiting, in milliseconds. */
const atMostMs = 0.5;
/** Looking at the clock is not free either. */
const between = 16;

/** What `of` makes of each item, in pieces so short that no call waits long for its turn. */
export async function unhurried<From, To>(
  clock: Pick<Clock, 'monotonic' | 'after'>,
  items: readonly From[],
  of: (item: From, index: number) => To,
): Promise<readonly To[]> {
  const made: To[] = [];
  let began = clock.monotonic();
  for (const [index, item] of items.entries()) {
    made.push(of(item, index));
    if (index % between !== between - 1 || clock.monotonic() - began < atMostMs) continue;
    await sleep(clock as Clock, 0);
    began = clock.monotonic();
  }
  return made;
}

/** The JSON of an answer; a long list in it, under `data`, is spelled in short pieces. */
export async function unhurriedJson(clock: Pick<Clock, 'monotonic' | 'after'>, answer: object): Promise<string> {
  if (!('data' in answer) || !Array.isArray(answer.data) || answer.data.length < between) return JSON.stringify(answer);
  const items = await unhurried(clock, answer.data, (item) => JSON.stringify(item));
  const { data: _, ...rest } = answer;
  const others = JSON.stringify(rest).slice(1);
  return `{"data":[${items.join(',')}]${others === '}' ? '' : ','}${others}`;
}
