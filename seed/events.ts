/**
 * All settlements of the world as columns, one entry each; fee lines, amounts and texts are made
 * from them only on writing, so a million of them stay small.
 */
export const Kind = {
  outpatient: 0,
  emergency: 1,
  chronic: 2,
  stay: 3,
  refill: 4,
  otc: 5,
  dialysis: 6,
  chemo: 7,
  checkup: 8,
  laboratory: 9,
  maternity: 10,
  promotion: 11,
} as const;
export type KindCode = (typeof Kind)[keyof typeof Kind];

/** What the row is to its visit. */
export const Row = { first: 0, refund: 1, again: 2, partRefund: 3, rebilled: 4 } as const;

export const Flag = {
  noCash: 1,
  undelivered: 2,
  voided: 4,
  refunded: 8,
} as const;

export interface NewEvent {
  person: number;
  institution: number;
  doctor: number;
  kind: KindCode;
  begin: number;
  end: number;
  settled: number;
  diagnosis: number;
}

export interface Line {
  readonly item: number;
  readonly count: number;
  /** Trace codes of the packs, where they are not any. */
  readonly codes?: readonly string[];
}

export class Events {
  count = 0;
  person: Int32Array;
  institution: Int32Array;
  doctor: Int32Array;
  kind: Uint8Array;
  row: Uint8Array;
  flags: Uint8Array;
  diagnosis: Int16Array;
  begin: Int32Array;
  end: Int32Array;
  settled: Int32Array;
  /** Seed of everything that is derived from the event on writing. */
  seed: Uint32Array;
  /** The event that a refund or re-settlement belongs to; −1 for first rows. */
  of: Int32Array;
  /** Fee lines given by whoever made the event, in place of the usual ones. */
  readonly lines = new Map<number, readonly Line[]>();

  constructor(capacity: number) {
    this.person = new Int32Array(capacity);
    this.institution = new Int32Array(capacity);
    this.doctor = new Int32Array(capacity);
    this.kind = new Uint8Array(capacity);
    this.row = new Uint8Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.diagnosis = new Int16Array(capacity);
    this.begin = new Int32Array(capacity);
    this.end = new Int32Array(capacity);
    this.settled = new Int32Array(capacity);
    this.seed = new Uint32Array(capacity);
    this.of = new Int32Array(capacity);
  }

  private grow(): void {
    const bigger = <T extends Int32Array | Uint8Array | Int16Array | Uint32Array>(a: T): T => {
      const b = new (a.constructor as new (n: number) => T)(Math.ceil(a.length * 1.5) + 16);
      b.set(a);
      return b;
    };
    this.person = bigger(this.person);
    this.institution = bigger(this.institution);
    this.doctor = bigger(this.doctor);
    this.kind = bigger(this.kind);
    this.row = bigger(this.row);
    this.flags = bigger(this.flags);
    this.diagnosis = bigger(this.diagnosis);
    this.begin = bigger(this.begin);
    this.end = bigger(this.end);
    this.settled = bigger(this.settled);
    this.seed = bigger(this.seed);
    this.of = bigger(this.of);
  }

  add(event: NewEvent, seed: number): number {
    if (this.count === this.person.length) this.grow();
    const i = this.count++;
    this.person[i] = event.person;
    this.institution[i] = event.institution;
    this.doctor[i] = event.doctor;
    this.kind[i] = event.kind;
    this.row[i] = Row.first;
    this.flags[i] = 0;
    this.diagnosis[i] = event.diagnosis;
    this.begin[i] = event.begin;
    this.end[i] = event.end;
    this.settled[i] = event.settled;
    this.seed[i] = seed;
    this.of[i] = -1;
    return i;
  }

  /** A refund, a second settlement or a rebilling of event `of`, settled at another moment. */
  addTo(of: number, row: number, settled: number): number {
    const i = this.add(
      {
        person: this.person[of] as number,
        institution: this.institution[of] as number,
        doctor: this.doctor[of] as number,
        kind: this.kind[of] as KindCode,
        begin: this.begin[of] as number,
        end: this.end[of] as number,
        diagnosis: this.diagnosis[of] as number,
        settled,
      },
      this.seed[of] as number,
    );
    this.row[i] = row;
    this.of[i] = of;
    this.flags[i] = (this.flags[of] as number) & ~(Flag.voided | Flag.refunded);
    const lines = this.lines.get(of);
    if (lines) this.lines.set(i, lines);
    return i;
  }
}
