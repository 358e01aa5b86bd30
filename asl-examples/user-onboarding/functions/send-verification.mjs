/**
 * Mails a link that carries the task token. Whoever serves that link calls SendTaskSuccess with it, and
 * the execution goes on; the button "this was not me" calls SendTaskFailure with the error NotMe.
 */
import { record } from "./lib/ledger.mjs";

const subjects = { verify: "Please confirm your address", reminder: "Your account is waiting for you" };

export const handler = async ({ template, accountId, email, taskToken }) => {
  const link = `https://shop.example.com/verify?token=${encodeURIComponent(taskToken)}`;
  console.log(`mail to ${email}: ${subjects[template]}: ${link}`);
  await record("mail", { template, accountId, email, taskToken });
  return { mail: `${template}/${accountId}` };
};
