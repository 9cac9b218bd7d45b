/** A command as help, completion and suggestions know it. */
export interface CommandLine {
  readonly name: string;
  /** What stands behind its name. */
  readonly words: string;
  readonly summary: string;
}

/** In the groups and the order in which help shows them. What operators manage has its nouns in `nouns.ts`. */
export const commandGroups = {
  'The server': [
    { name: 'start', words: '[flags]', summary: 'start the server; without any setting it works. May be left out' },
    { name: 'doctor', words: '[flags]', summary: 'what is wrong with this installation, and what to do about it' },
    {
      name: 'config check',
      words: '[FILE]',
      summary: 'read the configuration as a start would, and say what is wrong',
    },
    { name: 'import', words: 'litellm|portkey FILE', summary: "another gateway's configuration as a trestle.yaml" },
  ],
  'Models (with a client key)': [
    { name: 'chat', words: '[TEXT]', summary: 'talk to a model; without TEXT, a conversation' },
    { name: 'embed', words: '[TEXT …]', summary: 'the embedding of each TEXT, or of each line that is piped in' },
    {
      name: 'explain',
      words: 'FILE',
      summary: 'what would be done with a request: where, what is lost, at what price',
    },
  ],
  Else: [
    { name: 'invoice compare', words: 'FILE', summary: "a vendor's own report of usage or costs beside the ledger" },
    { name: 'openapi', words: '', summary: 'the OpenAPI document of a running server' },
    { name: 'completion', words: 'bash|zsh|fish', summary: 'a script that completes these words in your shell' },
    { name: 'help', words: '[COMMAND]', summary: 'this text, or more of one command' },
    { name: 'version', words: '', summary: 'the version' },
  ],
} as const satisfies Readonly<Record<string, readonly CommandLine[]>>;

export const commandLines: readonly CommandLine[] = Object.values(commandGroups).flat();
