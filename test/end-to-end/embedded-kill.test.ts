/** 50 kills of the embedded server under some fifty orders: see `embedded/kill-loop.ts`. `BATON_KILLS` and `BATON_SEED` change that. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { prng } from "../../lib/adapters/simulated/prng.ts";
import { killAgainAndAgain, median, progressTimes, summary } from "./embedded/kill-loop.ts";
import { openShop, shopDefinition } from "./embedded/shop.ts";

const kills = Number(process.env["BATON_KILLS"] ?? 50);
const seed = process.env["BATON_SEED"] ?? "3";
const folder = mkdtempSync(join(tmpdir(), "baton-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each takes a second or less; a machine that does other things as well takes several. */
const longest = 60_000 + kills * 10_000;

test(`${kills} kills: no acknowledged start is lost, every order ends, no attempt is invoked twice`, {
  timeout: longest,
}, async () => {
  console.log(`seed ${seed} (BATON_SEED)`);
  const chance = prng(`shop ${seed}`);
  const shop = await openShop(() => chance.below(20));
  const definition = join(folder, "orders.asl.json");
  writeFileSync(definition, shopDefinition());
  const restarts = await killAgainAndAgain({ kills, seed, folder, definition, shop });
  shop.close();
  console.log(summary(restarts));
  expect(median(restarts.map(({ resumed }) => resumed))).toBeGreaterThan(25);
  // A machine that takes longer than that to start a process has other things to do.
  const patience = Math.max(1_000, median(restarts.map(({ readyAfter }) => readyAfter)));
  expect(median(progressTimes(restarts))).toBeLessThan(patience);
});
