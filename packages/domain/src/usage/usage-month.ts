/** A month of the account's usage: months begin and end at midnight UTC, for everybody. */
export interface UsageMonth {
  /** `2026-03`. */
  readonly name: string;
  readonly from: Date;
  /** The first moment of the next one: when limits begin anew. */
  readonly to: Date;
}

export function usageMonthOf(moment: Date): UsageMonth {
  const [year, month] = [moment.getUTCFullYear(), moment.getUTCMonth()];
  return {
    name: `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}`,
    from: new Date(Date.UTC(year, month, 1)),
    to: new Date(Date.UTC(year, month + 1, 1)),
  };
}
