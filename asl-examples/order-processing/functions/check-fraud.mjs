/** A risk from 0 to 100, from what the shop knows about customer and order. */
export const handler = async ({ customer, total }) => {
  const signs = [
    { holds: customer.accountAgeDays < 1, points: 40, says: "account opened today" },
    { holds: total > 100_000, points: 35, says: "an unusually large order" },
    { holds: customer.country === "XX", points: 25, says: "country unknown" },
  ].filter(({ holds }) => holds);
  const risk = signs.reduce((sum, { points }) => sum + points, 0);
  return { risk, reason: signs.map(({ says }) => says).join(", ") || "nothing unusual" };
};
