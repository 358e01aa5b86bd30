/** Waits for something outside this process, with a deadline. */
const pollMilliseconds = 50;

/** Asks until the answer is not undefined; what was awaited is named when the time is over. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  seconds = 30,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`after ${seconds} s, still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}
