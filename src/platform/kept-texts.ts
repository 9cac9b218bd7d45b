import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kept } from '../core/ports.ts';

/** Files in the data directory, each written anew beside the old one and put in its place: a reader finds one or the other. */
export function keptTexts(directory: string): Kept {
  return {
    read(name) {
      try {
        return readFileSync(join(directory, name), 'utf8');
      } catch {
        return undefined;
      }
    },
    async write(name, text) {
      const path = join(directory, name);
      await writeFile(`${path}.new`, text, { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
  };
}
