/** The variables with which the process was started. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return Bun.env;
}

/** What was written behind the command's name. */
export function commandLine(): readonly string[] {
  return Bun.argv.slice(2);
}
