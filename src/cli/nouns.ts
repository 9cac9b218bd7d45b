/**
 * What operators manage, as help shows it. The commands themselves come from the procedures; this list spares help from
 * loading them, and a test holds it to them.
 */
export const nounSummaries: Readonly<Record<string, string>> = {
  keys: 'who may call, which models, until when',
  organisations: 'whose projects are kept apart from one another',
  prices: 'what models cost, from when, and what they cost before',
  projects: 'what keys and their costs belong to',
  providers: 'who answers: add, change, switch off, test the credential',
  aliases: 'names for models, with what to fall back on',
  models: 'what can be asked for, at what price, what is known of it, whether it is switched off',
  catalogue: "what providers' own lists say, and when they were asked",
  requests: 'what was called, how it ended and what it cost',
  usage: 'calls, tokens and cost, added up',
  limits: 'what limits and budgets that only observe would have refused',
  ledger: 'the books: add every balance up again',
  events: 'what happened: thresholds of budgets, overruns, unusual spend',
  config: 'the settings in force: read, reload, history',
  secrets: 'a new key for the stored credentials',
  audit: 'who changed what, and when',
};
