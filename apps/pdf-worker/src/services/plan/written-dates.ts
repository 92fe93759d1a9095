const months = 'January February March April May June July August September October November December'.split(
  ' ',
);

function partsOf(date: string): { readonly year: string; readonly month: string; readonly day: number } {
  const [year = '', month = '', day = ''] = date.split('-');
  return { year, month: months[Number(month) - 1] ?? month, day: Number(day) };
}

/** `2 March 2026`, of an ISO 8601 date. */
export function writtenDate(date: string): string {
  const { year, month, day } = partsOf(date);
  return `${day} ${month} ${year}`;
}

/** `2–8 March 2026`, with what differs said twice. */
export function writtenSpan(from: string, to: string): string {
  const [a, b] = [partsOf(from), partsOf(to)];
  if (from === to) return writtenDate(from);
  if (a.year !== b.year) return `${writtenDate(from)} – ${writtenDate(to)}`;
  if (a.month !== b.month) return `${a.day} ${a.month} – ${writtenDate(to)}`;
  return `${a.day}–${writtenDate(to)}`;
}
