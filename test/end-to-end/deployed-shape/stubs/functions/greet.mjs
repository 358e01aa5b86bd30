/** Greets, or does what a function must not do. */
export async function handler({ name, act }, context) {
  if (act === "throw") throw new RangeError("no such name");
  if (act === "exit") process.exit(1);
  if (act === "hang") await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (act === "much") return "x".repeat(7_000_000);
  return { greeting: `Hello, ${name}`, function: context.functionName, pid: process.pid };
}
