/** One rule of a bureau: parameters of a detector, or code lists, from a day on and for a region. */
export interface Rule {
  /** First local day; a run whose period ends before it does without. */
  readonly from: string;
  /** Two to six digits of the fund's administrative code that the data's must begin with; null: any. */
  readonly region: string | null;
  readonly detector?: string | undefined;
  /** Parameters of the detector that differ from its defaults. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** What differs of the dictionary (codes.json): labels are added, a word list replaces. */
  readonly codes?: Readonly<Record<string, unknown>> | undefined;
  /** Why; shown with the runs. */
  readonly note: string;
}

/** The rules that a run used. */
export interface RunRules {
  /** Version: SHA-256 of the file's rules, the first 16 hexadecimal digits. */
  readonly hash: string;
  /** The region that the data are of, '' when they are of none. */
  readonly region: string;
  /** Those in force, as they are laid over each other: the last wins. */
  readonly entries: readonly Rule[];
}
