/** Made-up spending of a team: 24 months by the hour, the same for the same seed. */
import type { SpendSum } from '../../policies/forecast.ts';

const HOUR = 3_600_000;
const WEEKDAYS = [1, 1.05, 1.1, 1.05, 0.9, 0.25, 0.2];
export const TRAFFIC_FROM = Date.UTC(2024, 0, 1);
export const TRAFFIC_TO = Date.UTC(2026, 0, 1);

/** Numbers from 0 to 1 that look random (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Grows by 3 % a month; mostly on working days and in the daytime (of UTC); a fifth of it from 22 December to 2 January,
 * 70 % of it in the first half of August; one day of five times as much each year; every day is off by 25 % or so.
 */
export function twoYearsOfTraffic(seed: number): SpendSum[] {
  const random = numbers(seed);
  const bell = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const spikes = [200 + Math.floor(random() * 60), 500 + Math.floor(random() * 60)];
  const hours: SpendSum[] = [];
  for (let day = 0; TRAFFIC_FROM + day * 24 * HOUR < TRAFFIC_TO; day++) {
    const start = TRAFFIC_FROM + day * 24 * HOUR;
    const date = new Date(start);
    const [month, dayOfMonth] = [date.getUTCMonth() + 1, date.getUTCDate()];
    let cost = 100e9 * 1.03 ** (day / 30.4) * (WEEKDAYS[(date.getUTCDay() + 6) % 7] ?? 0);
    if ((month === 12 && dayOfMonth >= 22) || (month === 1 && dayOfMonth <= 2)) cost *= 0.2;
    if (month === 8 && dayOfMonth <= 14) cost *= 0.7;
    if (spikes.includes(day)) cost *= 5;
    cost *= Math.exp(bell() * 0.25 - 0.25 ** 2 / 2);
    for (let hour = 0; hour < 24; hour++) {
      const share = hour >= 8 && hour < 18 ? 0.08 : 0.2 / 14;
      hours.push({ at: start + hour * HOUR, spent: Math.round(cost * share) });
    }
  }
  return hours;
}
