import { expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptTexts } from './kept-texts.ts';

test('what was written last is read, also by the next start, by its owner alone, and nothing else is left', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'trestle-kept-'));
  try {
    const kept = keptTexts(directory);
    expect(kept.read('a.json')).toBeUndefined();
    await kept.write('a.json', 'one');
    await kept.write('a.json', 'größer');
    expect(keptTexts(directory).read('a.json')).toBe('größer');
    expect(readdirSync(directory)).toEqual(['a.json']);
    expect(statSync(join(directory, 'a.json')).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
