/** Days as ISO 8601 dates (`2026-03-01`), without time and zone: a plan is read where its reader is. */

const dayMs = 86_400_000;

function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

export function addDays(date: string, days: number): string {
  return new Date((dayNumber(date) + days) * dayMs).toISOString().slice(0, 10);
}

/** Days from one to the other: 0 for the same day. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** 0 for Monday to 6 for Sunday. */
export function weekday(date: string): number {
  return (new Date(dayNumber(date) * dayMs).getUTCDay() + 6) % 7;
}

export interface CalendarWeek {
  /** From 1. */
  readonly number: number;
  /** First and last day, both included. */
  readonly from: string;
  readonly to: string;
  /** Minutes that may be planned. */
  readonly minutes: number;
}

/** Without a deadline a plan ends here at the latest. */
export const mostWeeks = 104;

/** Weeks of seven days from the start on; the one that the deadline cuts short has its share of the minutes. */
export function calendarWeeks(
  start: string,
  deadline: string | undefined,
  weeklyMinutes: number,
): readonly CalendarWeek[] {
  const days =
    deadline === undefined
      ? mostWeeks * 7
      : Math.min(mostWeeks * 7, Math.max(0, daysBetween(start, deadline) + 1));
  return Array.from({ length: Math.ceil(days / 7) }, (_, index) => {
    const own = Math.min(7, days - index * 7);
    return {
      number: index + 1,
      from: addDays(start, index * 7),
      to: addDays(start, index * 7 + own - 1),
      minutes: Math.floor((weeklyMinutes * own) / 7),
    };
  });
}
