/** The system's clock, where it is not the one that the runtime's timers go by. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../../lib/adapters/local/clock.ts";

const start = Date.parse("2026-03-29T00:30:00Z");
const hour = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Milliseconds that the machine was awake until it was woken for `start + hour`. */
function awake(jump: number): number {
  let woken = false;
  systemClock.at(start + hour, () => {
    woken = true;
  });
  let passed = 0;
  for (; !woken; passed += 1_000) {
    if (passed === 600_000) vi.setSystemTime(Date.now() + jump); // no timer hears of it
    vi.advanceTimersByTime(1_000);
  }
  return passed;
}

test.each([
  // the clock jumps after ten minutes  from                     to
  ["not at all", 0, hour, hour],
  ["by the eight hours that a laptop sleeps", 8 * hour, 600_000, 632_000],
  ["forward within the time", hour / 2, hour / 2, hour / 2],
  ["back", -hour / 2, 1.5 * hour, 1.5 * hour],
])("a clock that jumps %s", (_, jump, from, to) => {
  const passed = awake(jump);
  expect(passed).toBeGreaterThanOrEqual(from);
  expect(passed).toBeLessThanOrEqual(to);
});
