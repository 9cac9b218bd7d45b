/** One thing that was looked at. */
export interface Finding {
  readonly about: string;
  /** `mend`: it does not work, or will not for long. `unknown`: it could not be looked at. */
  readonly state: 'good' | 'beware' | 'mend' | 'unknown';
  /** What was seen. */
  readonly says: string;
  /** What to do about it; there is one wherever something must be mended. */
  readonly remedy?: string;
}

export const good = (about: string, says: string): Finding => ({ about, state: 'good', says });
export const mend = (about: string, says: string, remedy: string): Finding => ({ about, state: 'mend', says, remedy });
export const beware = (about: string, says: string, remedy: string): Finding => ({
  about,
  state: 'beware',
  says,
  remedy,
});
export const unknown = (about: string, says: string): Finding => ({ about, state: 'unknown', says });
