/** Moments and spans in the words of sentences. */

/** `03:12:40 UTC`; with the day when it is not that of `now`. */
export function momentIn(now: Date, moment: Date): string {
  const text = moment.toISOString();
  const time = `${text.slice(11, 19)} UTC`;
  return text.slice(0, 10) === now.toISOString().slice(0, 10) ? time : `${text.slice(0, 10)} ${time}`;
}

/** Rounded up, in the largest unit that leaves at least two of it: `4 s`, `90 s`, `12 min`, `30 h`. */
export function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3_600)} h`;
}

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
