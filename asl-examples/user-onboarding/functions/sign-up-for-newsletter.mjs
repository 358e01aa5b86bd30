/** Signs up at the newsletter's provider, which lets through one in three requests for its popular list. */
import { record } from "./lib/ledger.mjs";

class RateLimited extends Error {
  name = "RateLimited";
}
class ListNotFound extends Error {
  name = "ListNotFound";
}

export const handler = async ({ email, lists, attempt }) => {
  if (lists.includes("discontinued")) throw new ListNotFound("404 no such list: discontinued");
  if (lists.includes("popular") && attempt < 2) throw new RateLimited("429 too many requests");
  await record("subscribe", { email, lists });
  return { subscriber: `${email}#${lists.length}` };
};
