/** The last mail of the onboarding. */
import { record } from "./lib/ledger.mjs";

export const handler = async ({ accountId, email, name }) => {
  console.log(`mail to ${email}: Welcome, ${name}!`);
  await record("mail", { template: "welcome", accountId, email });
  return { mail: `welcome/${accountId}` };
};
