/** A text from elsewhere, so that it cannot steer a terminal nor break a line. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, spelled);
}

/** The same for prose: its lines and tabs stay, and so do the joiners that emoji and scripts are written with. */
export function plainProse(text: string): string {
  return text.replace(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu, (character) =>
    character === '\r' ? '' : spelled(character),
  );
}

function spelled(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
