import type { EmbedInput } from '../../core/embed.ts';
import type { Json } from '../../core/json.ts';
import type { Field } from '../field.ts';
import { at, mistyped } from '../place.ts';

/** What is to be embedded: one text or one list of tokens may stand for a list of one. */
export const inputs: Field<readonly EmbedInput[]> = {
  path: 'input',
  expected: 'a string or an array of strings or tokens',
  read(found, place) {
    if (typeof found === 'string') return { value: [found], spelled: 'one' };
    if (!Array.isArray(found) || found.length === 0) throw mistyped(place, inputs.expected, found);
    const alone = tokensIn(found);
    if (alone !== undefined) return { value: [alone], spelled: 'one' };
    const value = found.map((one: Json, index) => {
      const input = typeof one === 'string' ? one : tokensIn(one);
      if (input === undefined) throw mistyped(at(place, index), 'a string or an array of tokens', one);
      return input;
    });
    return { value };
  },
  write(value, _place, spelled) {
    const [only] = value;
    return spelled === 'one' && value.length === 1 && only !== undefined ? only : value;
  },
};

function tokensIn(found: Json): readonly number[] | undefined {
  const isTokens = Array.isArray(found) && found.length > 0 && found.every((one) => typeof one === 'number');
  return isTokens ? found : undefined;
}
