import { stringify } from 'yaml';
import type { JsonObject } from '../../core/json.ts';

/** A configuration as a file of ours, with a line above it that says where it came from. */
export function importedText(config: JsonObject, from: string): string {
  const head = `# Written by \`trestle import\` from ${from.replace(/[^\x20-\x7e]/g, '?')}. Check it with \`trestle config check\`.\n`;
  const text =
    Object.keys(config).length === 0
      ? '{}\n'
      : stringify(config, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' });
  return `${head}\n${text}`;
}
