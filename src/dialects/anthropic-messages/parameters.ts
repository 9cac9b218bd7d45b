import { unsayable } from '../carrying.ts';
import { type Field, number, text, texts } from '../field.ts';
import { at } from '../place.ts';

/** `stop_sequences`. The vendor refuses one of nothing but space, which others take. */
export const stop: Field<readonly string[]> = {
  ...texts('stop_sequences'),
  read(found, place, path) {
    const read = texts('stop_sequences').read(found, place, path);
    return read === undefined || !read.value.some(isBlank) ? read : { ...read, spelled: 'as-is' };
  },
  write(value, place, spelled) {
    if (spelled === 'as-is') return value;
    for (const [index, one] of value.entries()) {
      if (isBlank(one)) place.lost({ path: at(place, index).path, why: 'blank' });
    }
    const told = value.filter((one) => !isBlank(one));
    return told.length === 0 && value.length > 0 ? undefined : told;
  },
};

/** Between 0 and 1 here; others go up to 2. */
export const temperature: Field<number> = {
  ...number('temperature'),
  read(found, place, path) {
    const read = number('temperature').read(found, place, path);
    return read !== undefined && read.value > 1 ? { ...read, spelled: 'as-is' } : read;
  },
  write(value, place, spelled) {
    if (value <= 1 || spelled === 'as-is') return number('temperature').write(value, place, spelled);
    place.lost({ path: place.path, why: 'range' });
    return 1;
  },
};

/** The two that the vendor knows; in ours `default` is to be served no better than others. */
export const serviceTier: Field<string> = {
  ...text('service_tier'),
  read(found, place, path) {
    const read = text('service_tier').read(found, place, path);
    if (read === undefined || read.value === 'auto') return read;
    return read.value === 'standard_only' ? { value: 'default' } : { ...read, spelled: 'as-is' };
  },
  write(value, place, spelled) {
    if (value === 'auto' || spelled === 'as-is') return value;
    if (value === 'default') return 'standard_only';
    return unsayable(place, 'unsupported');
  },
};

function isBlank(text: string): boolean {
  return text.trim() === '';
}
