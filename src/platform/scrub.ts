/** A text without what looks like a credential. For the log, whose texts come from anywhere. */
export function scrubbed(text: string): string {
  return patterns.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text);
}

/** Each keeps what says which credential it was, and takes the rest. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic|ApiKey)\s+[^\s"',;]+/gi, '$1 ***'],
  [/(:\/\/)[^/\s@"']+@/g, '$1***@'],
  [/((?:key|token|secret|password|signature|credential)"?\s*=\s*"?)(?!\*\*\*)[^\s"'&,;)]+/gi, '$1***'],
  [/((?:api[_-]?key|access[_-]key|_token|secret|password|authorization)"?\s*:\s*"?)(?!\*\*\*)[^\s"'&,;)]+/gi, '$1***'],
  [/\b(tr|sk|pk|rk|gsk|xai|hf|AIza|AKIA|ASIA|ya29|ghp|eyJ)([-_.]?)[\w.-]{12,}/g, '$1$2***'],
];
